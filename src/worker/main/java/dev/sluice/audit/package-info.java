/**
 * The live model-fitting gap (Compress Guidance, arXiv 2408.11194, section 3): whether finished images please the classifier
 * that guided them more than one that never guides. {@link dev.sluice.audit.Audits} hears of requests whose images are
 * stored, draws a share of them and has both classifiers of the bundle look at the images; what they say goes to an {@link
 * dev.sluice.audit.AuditSink}.
 *
 * <p>All of it runs on one CPU thread with copies of the classifiers of its own, beside the engine. No device call is
 * made, so no device time comes of it that somebody would have to be charged for.
 */
@NullMarked
package dev.sluice.audit;

import org.jspecify.annotations.NullMarked;

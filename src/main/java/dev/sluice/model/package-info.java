/**
 * Bundles: a verified directory of TorchScript modules behind small interfaces. {@code app} opens them at start; {@code
 * engine} fills a call's buffers, evaluates it and reads the buffers back. What TorchScript and DJL look like stays in
 * here.
 */
@NullMarked
package dev.sluice.model;

import org.jspecify.annotations.NullMarked;

/**
 * The fault suite: runs workers in processes of their own against a real broker, registry and S3, breaks each of them on
 * purpose, and has a checker apart from the workers judge what downstream readers saw. Requests come from its own
 * publisher; the verdict goes to the command that asked for it.
 */
@NullMarked
package dev.sluice.chaos;

import org.jspecify.annotations.NullMarked;

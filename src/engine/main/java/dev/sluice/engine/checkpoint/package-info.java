/**
 * What a job is between two steps, as a value and as bytes: all that another engine needs to go on with the same bits. The
 * loop makes it and begins from it; {@code stream} keeps it in S3.
 */
@NullMarked
package dev.sluice.engine.checkpoint;

import org.jspecify.annotations.NullMarked;

/**
 * Where device time went, and how fast work gets on. The loop tells the meter of each batch; what a batch cost is split over
 * its rows; a file keeps the totals of a process that is killed. {@code stream} publishes what is charged and what is
 * overhead. Public is what other packages of the engine write to and what a worker reads.
 */
@NullMarked
package dev.sluice.engine.metering;

import org.jspecify.annotations.NullMarked;

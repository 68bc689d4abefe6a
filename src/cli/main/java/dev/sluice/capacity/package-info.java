/**
 * What {@code sluice capacity} works out. A {@link dev.sluice.capacity.Trace} of requests comes from a file or is drawn
 * from a rate and a mix; {@link dev.sluice.capacity.Simulation} sends it through partitions to workers, whose engine is the
 * real one's scheduler on a simulated device and clock, while {@link dev.sluice.capacity.Autoscaler} changes their number;
 * {@link dev.sluice.capacity.CapacityPlan} asks for the fewest workers that keep a target, and for what KEDA's settings do.
 * Deterministic: the same words give the same figures. Knows nothing of Kafka's clients, S3 or tensors.
 */
@NullMarked
package dev.sluice.capacity;

import org.jspecify.annotations.NullMarked;

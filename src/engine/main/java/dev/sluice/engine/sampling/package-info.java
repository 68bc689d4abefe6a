/**
 * One image, from noise to picture. A request becomes a {@link dev.sluice.engine.sampling.SamplingPlan}; a {@link
 * dev.sluice.engine.sampling.Trajectory} asks for rows, step by step, and takes the step when they are back; {@link
 * dev.sluice.engine.sampling.Contexts} asks for the prompt's encoding before. Knows nothing of jobs, batches and who waits for
 * what. Public is what the loop and checkpoints use.
 */
@NullMarked
package dev.sluice.engine.sampling;

import org.jspecify.annotations.NullMarked;

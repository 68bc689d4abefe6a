/**
 * The mathematics of guided sampling: which steps a request's schedule guides and how hard ({@link
 * dev.sluice.diffusion.StepPlan}), one step from x_t to x_{t-1} ({@link dev.sluice.diffusion.Sampler}), and the noise of
 * an image ({@link dev.sluice.diffusion.NoiseStream}).
 *
 * <p>Schedules and settings come in from {@code request}; plans, tables and updated pixels go to {@code engine}, which
 * owns every array that is written here. Pure functions and immutable tables: nothing here has a clock, a thread or a
 * device. Coefficients are computed in float64 and cast to float32 where they meet pixels. What decides a bit of the
 * output goes through {@link StrictMath}, so that it is the same on every machine.
 *
 * <p>Sampling <em>index</em> {@code i} counts down from T-1 to 0, the last step taken; the paper's <em>timestep</em> is
 * {@code t = i + 1}; the <em>original</em> timestep is what the networks are told. Equation numbers are those of
 * Compress Guidance, arXiv 2408.11194, unless another source is named.
 */
@NullMarked
package dev.sluice.diffusion;

import org.jspecify.annotations.NullMarked;

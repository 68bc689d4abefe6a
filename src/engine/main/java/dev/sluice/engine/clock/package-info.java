/**
 * The engine's time: a monotonic clock for durations and cost, a calendar for deadlines that takes no steps. Sees nothing
 * else of the engine.
 */
@NullMarked
package dev.sluice.engine.clock;

import org.jspecify.annotations.NullMarked;

/**
 * The fault suite: publishes seeded traffic to workers in processes of their own, and lets one fault after another strike
 * them and their {@link dev.sluice.chaos.surroundings surroundings}. What came of it is for the {@link
 * dev.sluice.chaos.checker checker} to say; its verdict goes to the command that asked.
 */
@NullMarked
package dev.sluice.chaos;

import org.jspecify.annotations.NullMarked;

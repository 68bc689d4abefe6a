package dev.sluice.chaos.checker;

/**
 * Device time that one incarnation of a worker says it has spent.
 *
 * @param process as {@code CostIncurred} names the incarnation
 */
public record MeterReading(String process, long spentNanos) {}

package dev.sluice.chaos;

/**
 * Device time that one incarnation of a worker says it has spent.
 *
 * @param process as {@code CostIncurred} names the incarnation
 */
record MeterReading(String process, long spentNanos) {}

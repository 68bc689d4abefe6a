package dev.sluice.audit;

/**
 * What a classifier says of a finished image, at t = 0.
 *
 * @param hit whether the class asked for is the likeliest
 * @param loss {@code -log p} of that class, in nats
 */
public record Verdict(Classifier classifier, boolean hit, double loss) {}

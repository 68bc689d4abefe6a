package dev.sluice.request;

/**
 * An expected no, as a value: which code, which field, and a sentence for the publisher.
 *
 * @param field dotted path of the field as the contract names it
 */
public record Refusal(FailureCode code, String field, String message) {}

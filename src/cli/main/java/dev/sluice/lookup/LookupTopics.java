package dev.sluice.lookup;

/** Names of the topics that tell of requests. */
public record LookupTopics(
        String requests, String completions, String failures, String costs, String progress, String deadLetters) {}

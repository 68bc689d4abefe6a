package dev.sluice.app;

import dev.sluice.stream.Topics;
import picocli.CommandLine.Option;

/** {@code --kafka} and {@code --registry}, as a standalone's by default. */
final class AddressOptions {
    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9092",
            description = "Default: ${DEFAULT-VALUE}.")
    private String kafka = "";

    @Option(
            names = "--registry",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8081",
            description = "Default: ${DEFAULT-VALUE}.")
    private String registry = "";

    /** With the topics' usual names. */
    Addresses addresses() {
        return new Addresses(kafka, registry, Topics.DEFAULT);
    }
}

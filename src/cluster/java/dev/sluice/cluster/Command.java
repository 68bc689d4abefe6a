package dev.sluice.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A program to run: its words, what is put into its environment, and its standard input. Not changed once it is made. */
record Command(List<String> words, Map<String, String> environment, String input, boolean shown) {
    /** What came of it. */
    record Result(int status, String output, String errors) {
        boolean ok() {
            return status == 0;
        }

        /** Both texts. */
        String text() {
            return output + errors;
        }
    }

    Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    static Command of(List<String> words) {
        return new Command(words, Map.of(), "", false);
    }

    Command with(String name, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(name, value);
        return new Command(words, more, input, shown);
    }

    Command reading(String text) {
        return new Command(words, environment, text, shown);
    }

    /** The command with its output where this process has its own. */
    Command showing() {
        return new Command(words, environment, input, true);
    }

    int status() {
        return result().status();
    }

    /**
     * Its standard output.
     *
     * @throws IllegalStateException where its status is not 0
     */
    String output() {
        Result result = result();
        if (!result.ok()) {
            throw new IllegalStateException(
                    String.join(" ", words) + " ended with " + result.status() + ": " + result.text());
        }
        return result.output();
    }

    /** Runs it to its end. */
    Result result() {
        try {
            Path output = Files.createTempFile("out", null);
            Path errors = Files.createTempFile("err", null);
            try {
                ProcessBuilder builder = new ProcessBuilder(words);
                builder.environment().putAll(environment);
                if (shown) {
                    builder.inheritIO();
                } else {
                    builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
                }
                builder.redirectInput(ProcessBuilder.Redirect.PIPE);
                Process process = builder.start();
                try (var stream = process.getOutputStream()) {
                    stream.write(input.getBytes(StandardCharsets.UTF_8));
                }
                int status = process.waitFor();
                return new Result(status, Files.readString(output), Files.readString(errors));
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", words), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Starts it and leaves it running; both of its texts go to a file. */
    Process start(Path log) {
        return started(log, true);
    }

    /** Starts it to be talked with; its errors go to a file. */
    Process startTalking(Path log) {
        return started(log, false);
    }

    private Process started(Path log, boolean both) {
        try {
            ProcessBuilder builder = new ProcessBuilder(words);
            builder.environment().putAll(environment);
            ProcessBuilder.Redirect toFile = ProcessBuilder.Redirect.appendTo(log.toFile());
            builder.redirectError(toFile);
            if (both) {
                builder.redirectOutput(toFile);
            }
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", words), e);
        }
    }
}

package dev.sluice.bench;

import java.nio.file.Path;
import java.util.List;

/** Where the static-batch server comes from, for comparison. */
public sealed interface StaticOption {
    /** There is none. */
    record Absent(String why) implements StaticOption {}

    /** A command that starts it, in this directory. */
    record Command(List<String> words, Path directory) implements StaticOption {
        public Command {
            words = List.copyOf(words);
        }
    }

    /**
     * The server that comes with the repository.
     *
     * @param python an interpreter that has torch
     * @param directory {@code models/bench}
     * @param device as torch names it
     */
    static StaticOption of(Path python, Path directory, Path bundle, int threads, String device) {
        return new Command(
                List.of(
                        python.toString(),
                        "-m",
                        "static_server",
                        "--bundle",
                        bundle.toAbsolutePath().toString(),
                        "--threads",
                        String.valueOf(threads),
                        "--device",
                        device),
                directory);
    }
}

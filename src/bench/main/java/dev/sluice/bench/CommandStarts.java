package dev.sluice.bench;

import dev.sluice.model.Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a user waits for a command, and what it costs the machine: new processes of the program, by its launcher.
 */
final class CommandStarts {
    /** Runs the command, then prints the processor time of the shell, and of what it ran, as POSIX has it. */
    private static final String TIMED = "\"$@\" >/dev/null || exit 1; times";

    private static final Pattern MINUTES_AND_SECONDS = Pattern.compile("(\\d+)m([\\d.]+)s");

    /** Nobody looks at the pictures, so a small model will do. */
    private static final int PIXELS = 8;

    private final Path launcher;

    /** @param launcher the program, as a shell finds it */
    CommandStarts(Path launcher) {
        this.launcher = launcher;
    }

    /** Seconds on the clock until {@code plan --help} has printed its help, in the order of the runs. */
    List<Double> help(int runs) throws InterruptedException {
        requireBuilt();
        List<Double> seconds = new ArrayList<>();
        for (int run = 0; run <= runs; run++) {
            long start = System.nanoTime();
            run("plan", "--help");
            seconds.add((System.nanoTime() - start) / 1e9);
        }
        return withoutFirst(seconds);
    }

    /** Seconds of processor time of {@code submit}, launcher included, until the broker has the request. */
    List<Double> submit(int runs) throws InterruptedException {
        requireBuilt();
        List<Double> seconds = new ArrayList<>();
        try (Bundle bundle = NullModel.bundle(PIXELS);
                StreamRig rig = new StreamRig(bundle, () -> {}, 1)) {
            for (int run = 0; run <= runs; run++) {
                seconds.add(processorSeconds(
                        run("submit", "--label", "seven", "--kafka", rig.brokers(), "--registry", rig.registryUrl())));
            }
        }
        return withoutFirst(seconds);
    }

    /** It may have had to read everything from the disk. */
    private static List<Double> withoutFirst(List<Double> seconds) {
        return seconds.subList(1, seconds.size());
    }

    /** A start that builds first says nothing about starts. */
    private void requireBuilt() throws InterruptedException {
        Path sources = launcher.resolveSibling(".mvn").resolve("sources.sh");
        if (!Files.exists(sources)) {
            throw new IllegalStateException("there is no checkout to start commands from");
        }
        run(List.of(sources.toString(), "check"), "the program is not built from these sources");
    }

    private String run(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", TIMED, "sh", launcher.toString()));
        command.addAll(List.of(arguments));
        return run(command, String.join(" ", arguments) + " failed");
    }

    private static String run(List<String> command, String failed) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException((failed + ": " + said.strip()).strip());
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last line has what the shell's children used: of their own, and of the system's for them. */
    private static double processorSeconds(String times) {
        Matcher found = MINUTES_AND_SECONDS.matcher(times.lines().reduce("", (before, line) -> line));
        double seconds = 0;
        while (found.find()) {
            seconds += 60 * Double.parseDouble(found.group(1)) + Double.parseDouble(found.group(2));
        }
        return seconds;
    }
}

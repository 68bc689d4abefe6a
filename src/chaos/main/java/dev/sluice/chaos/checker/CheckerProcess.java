package dev.sluice.chaos.checker;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.chaos.surroundings.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs the checker in a JVM of its own, so that nothing it judges by is shared with what it judges. */
public final class CheckerProcess {
    private static final List<String> JVM_OPTIONS = List.of("-Xmx512m", "-XX:+UseSerialGC");
    private static final JsonMapper JSON = new JsonMapper();

    private CheckerProcess() {}

    /**
     * Reads everything and judges it.
     *
     * @param folder for {@code checker.json}, which the process is told, and {@code checker.log}
     * @throws IllegalStateException where the checker can't read what it must
     */
    public static Verdict check(CheckerInput input, Path folder) throws InterruptedException {
        Path told = folder.resolve("checker.json");
        Path log = folder.resolve("checker.log");
        try {
            Files.createDirectories(folder);
            JSON.writeValue(told.toFile(), input);
            Process process = new ProcessBuilder(
                            ChildJvm.command(CheckerMain.class, JVM_OPTIONS, List.of(told.toString())))
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() == CheckerMain.FAILED || answer.isBlank()) {
                throw new IllegalStateException("the checker could not read everything; see " + log);
            }
            return Verdict.parse(answer);
        } catch (IOException e) {
            throw new UncheckedIOException("the checker did not run; see " + log, e);
        }
    }
}

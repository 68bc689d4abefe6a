package dev.sluice.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The static-batch server of {@code models/bench}, as a child process. It takes a slice of traffic as one line of JSON
 * on its standard input, groups it by equal settings, samples it batch by batch, and answers with one line. Idle
 * between slices. Confined to the measuring thread.
 */
final class StaticServer implements AutoCloseable {
    private static final String READY = "ready ";

    private final JsonMapper json = new JsonMapper();
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    /**
     * What a slice took.
     *
     * @param seconds by the server's own clock, reading and writing JSON left out
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Answer(double seconds, long images, long denoiserRows, long guideRows, long denoiserCalls, long guideCalls) {
        static final Answer NOTHING = new Answer(0, 0, 0, 0, 0, 0);

        Answer plus(Answer other) {
            return new Answer(
                    seconds + other.seconds,
                    images + other.images,
                    denoiserRows + other.denoiserRows,
                    guideRows + other.guideRows,
                    denoiserCalls + other.denoiserCalls,
                    guideCalls + other.guideCalls);
        }

        EvaluatedRows rows() {
            return new EvaluatedRows(denoiserRows, guideRows);
        }
    }

    /**
     * Starts the server and waits until it has loaded the bundle.
     *
     * @throws IOException if it can't be started or ends at once
     */
    StaticServer(StaticOption.Command command) throws IOException {
        process = new ProcessBuilder(command.words())
                .directory(directory(command))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        String first = answers.readLine();
        if (first == null || !first.startsWith(READY)) {
            close();
            throw new IOException("the static server did not start: " + String.join(" ", command.words()));
        }
    }

    private static File directory(StaticOption.Command command) throws IOException {
        File directory = command.directory().toFile();
        if (!directory.isDirectory()) {
            throw new IOException("no static server in " + directory);
        }
        return directory;
    }

    /**
     * Runs a slice of traffic to its end.
     *
     * @param slice {@code {"requests": [...]}}
     */
    Answer run(JsonNode slice) throws IOException {
        requests.write(json.writeValueAsString(slice));
        requests.newLine();
        requests.flush();
        @Nullable String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the static server ended in the middle of the traffic");
        }
        try {
            return json.readValue(answer, Answer.class);
        } catch (JsonProcessingException e) {
            throw new IOException("the static server answered: " + answer, e);
        }
    }

    @Override
    public void close() {
        try (requests;
                answers) {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

package dev.sluice.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fuzz target without a fuzzer: its corpus, and seeded changes of it. */
@Timeout(60)
class RequestDecoderFuzzTest {
    private static final Path CORPUS = Path.of("src", "core", "test", "resources", "fuzz", "request-decoder");
    private static final Duration SLOW = Duration.ofSeconds(1);

    @Test
    void comesToAnEndWithEveryRecordOfTheCorpus() throws IOException {
        List<Path> files = corpus();
        assertThat(files).hasSizeGreaterThan(20);
        // Once without a clock, for the classes to be loaded.
        RequestDecoderFuzz.fuzzerTestOneInput(Files.readAllBytes(files.getFirst()));
        for (Path file : files) {
            long start = System.nanoTime();
            RequestDecoderFuzz.fuzzerTestOneInput(Files.readAllBytes(file));
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as(file.toString())
                    .isLessThan(SLOW);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void comesToAnEndWithRecordsMadeOfPieces(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<Path> files = corpus();
        for (int round = 0; round < 5000; round++) {
            byte[] record = Files.readAllBytes(files.get(random.nextInt(files.size())));
            for (int change = random.nextInt(1, 6); change > 0 && record.length > 0; change--) {
                record[random.nextInt(record.length)] = (byte) random.nextInt();
            }
            RequestDecoderFuzz.fuzzerTestOneInput(record);
        }
    }

    private static List<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }
}

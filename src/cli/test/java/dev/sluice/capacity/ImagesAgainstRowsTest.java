package dev.sluice.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.sluice.request.Priority;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The engine image by image, held to the engine's own loop: the same requests on the same workers. */
class ImagesAgainstRowsTest {
    private static final int MOST_PERCENT = 12;

    private static final List<Arrivals.Part> CLASSIFIER_FREE = List.of(
            new Arrivals.Part(7, Traffic.classifierFree(50, 10)),
            new Arrivals.Part(3, Traffic.classifierFree(250, 250)));
    private static final List<Arrivals.Part> PRIORITIES = List.of(
            new Arrivals.Part(5, Traffic.guided(50, 10, Ask.Method.CLASSIFIER_FREE, 2, "a", Priority.INTERACTIVE)),
            new Arrivals.Part(5, Traffic.guided(100, 50, Ask.Method.CLASSIFIER_FREE, 3, "b", Priority.BATCH)),
            new Arrivals.Part(2, Traffic.unguided(25)));
    private static final List<Arrivals.Part> CLASSIFIER = List.of(
            new Arrivals.Part(5, Traffic.guided(50, 10, Ask.Method.CLASSIFIER, 1, "a", Priority.INTERACTIVE)),
            new Arrivals.Part(5, Traffic.guided(50, 50, Ask.Method.CLASSIFIER, 2, "b", Priority.INTERACTIVE)));

    enum Mix {
        FREE,
        PRIORITY,
        GUIDE;

        private List<Arrivals.Part> parts() {
            return switch (this) {
                case FREE -> CLASSIFIER_FREE;
                case PRIORITY -> PRIORITIES;
                case GUIDE -> CLASSIFIER;
            };
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FREE, 1, 1, 11",
        "FREE, 2.3, 1, 12",
        "FREE, 4.5, 2, 13",
        "PRIORITY, 0.8, 1, 14",
        "PRIORITY, 1.7, 1, 15",
        "PRIORITY, 5, 3, 16",
        "GUIDE, 1, 1, 17",
        "GUIDE, 6, 2, 19"
    })
    void latenciesAndDeviceTimeAreAsTheLoopHasThem(Mix mix, double perSecond, int workers, long seed) {
        Trace trace = Arrivals.draw(perSecond, mix.parts(), Duration.ofMinutes(8), seed);
        Scaling scaling = new Scaling.Fixed(workers);

        Run images = Traffic.run(trace, Traffic.fleet(16, 2, 12, Fleet.Detail.IMAGES), scaling);
        Run rows = Traffic.run(trace, Traffic.fleet(16, 2, 12, Fleet.Detail.ROWS), scaling);

        assertThat(images.latencies().count()).isEqualTo(rows.latencies().count());
        assertThat(images.latencies().seconds(0.5))
                .isCloseTo(rows.latencies().seconds(0.5), withinPercentage(MOST_PERCENT));
        assertThat(images.latencies().seconds(0.95))
                .isCloseTo(rows.latencies().seconds(0.95), withinPercentage(MOST_PERCENT));
        assertThat((double) images.device().toNanos())
                .isCloseTo((double) rows.device().toNanos(), withinPercentage(1));
    }
}

package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.Traffic.StepRange;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TrafficTest {
    private static final StepRange STEPS = new StepRange(20, 250);

    @Test
    void sameSeedGivesTheSameTraffic() {
        assertThat(traffic(3, true)).isEqualTo(traffic(3, true)).isNotEqualTo(traffic(4, true));
    }

    @Test
    void requestsDifferInAllThatTheyMayChoose() {
        List<GenerationRequest> requests = traffic(1, true);

        assertThat(requests).allSatisfy(request -> {
            assertThat(request.sampler().steps()).isBetween(20, 250);
            assertThat(request.images()).isBetween(1, 4);
        });
        assertThat(distinct(requests, request -> request.sampler().kind())).isEqualTo(2);
        assertThat(distinct(requests, request -> request.guidance().getClass())).isEqualTo(3);
        assertThat(distinct(requests, GenerationRequest::images)).isEqualTo(4);
        assertThat(distinct(requests, GenerationRequest::tenant)).isEqualTo(5);
        assertThat(distinct(requests, GenerationRequest::priority)).isEqualTo(2);
        assertThat(distinct(requests, GenerationRequest::id)).isEqualTo(requests.size());
        assertThat(requests.stream()
                        .filter(request -> request.sampler().steps() < 71)
                        .count())
                .as("below the geometric middle of the range")
                .isBetween(70L, 130L);
    }

    @Test
    void asksForNoGuideWhereThereIsNone() {
        assertThat(traffic(1, false)).noneMatch(request -> request.guidance() instanceof Guidance.Classifier);
    }

    private static List<GenerationRequest> traffic(long seed, boolean classifier) {
        return new Traffic(new TinyBundle().manifest(), classifier, STEPS, seed).next(200);
    }

    private static long distinct(List<GenerationRequest> requests, Function<GenerationRequest, Object> choice) {
        return requests.stream().map(choice).distinct().count();
    }
}

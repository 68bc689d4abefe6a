package dev.sluice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.chaos.checker.Publication;
import dev.sluice.codec.Decoded;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.request.FailureCode;
import dev.sluice.request.LimitCheck;
import dev.sluice.wire.RequestLimits;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChaosTrafficTest {
    private static final int GROUPS = 3000;
    private static final List<String> LABELS = List.of("one", "two");

    private static List<Delivery> traffic(long seed) {
        Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        ChaosTraffic traffic = new ChaosTraffic("t-", seed, "toy", LABELS, clock);
        return Stream.generate(traffic::next)
                .limit(GROUPS)
                .flatMap(List::stream)
                .toList();
    }

    @Test
    void isTheSameForTheSameSeed() {
        // Avro's records with a map in them are not equal to anything.
        String once = traffic(5).toString();

        assertThat(once.equals(traffic(5).toString())).isTrue();
        assertThat(once.equals(traffic(6).toString())).isFalse();
    }

    @Test
    void hasEveryKindOfRecordAndOfPoison() {
        List<Delivery> traffic = traffic(1);

        assertThat(traffic).extracting(Delivery::kind).contains(Publication.Kind.values());
        assertThat(traffic.stream()
                        .filter(delivery -> delivery.payload() instanceof Delivery.Bytes)
                        .map(delivery -> ((Delivery.Bytes) delivery.payload()).poison()))
                .contains(Poison.values());
    }

    @Test
    void usesAnIdForOneRequestAlone() {
        List<String> ids = traffic(2).stream()
                .filter(delivery -> delivery.kind() == Publication.Kind.REQUEST)
                .map(Delivery::id)
                .toList();

        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void allowsACodeOfARefusalExactlyWhereTheRequestIsInvalid() {
        Set<String> faults = Stream.of(FailureCode.values())
                .filter(FailureCode::retriable)
                .map(Enum::name)
                .collect(Collectors.toSet());
        for (Delivery delivery : traffic(3)) {
            if (delivery.kind() == Publication.Kind.REQUEST
                    && delivery.payload() instanceof Delivery.Request(GenerationRequested event)) {
                boolean sound = new RequestDecoder().decode(event) instanceof Decoded.Valid(var request)
                        && new LimitCheck(RequestLimits.DEFAULT).check(request).isEmpty()
                        && event.getModel().equals("toy")
                        && LABELS.contains(event.getPrompt().getLabel());
                assertThat(delivery.allowed().contains(ChaosTraffic.COMPLETED))
                        .as("%s", event)
                        .isEqualTo(sound);
                assertThat(delivery.allowed().containsAll(faults)).isEqualTo(sound);
            }
        }
    }
}

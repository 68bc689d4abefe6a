package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Judges what a worker published: each request has one outcome, and one charge at most. */
final class ExactlyOneOutcome {
    private ExactlyOneOutcome() {}

    /** Over completions and failures together. */
    static void judge(
            Collection<String> requestIds, List<GenerationCompleted> completions, List<GenerationFailed> failures) {
        Map<String, List<String>> outcomes = Stream.concat(
                        completions.stream().map(event -> Map.entry(event.getRequestId(), "COMPLETED")),
                        failures.stream()
                                .map(event -> Map.entry(
                                        event.getRequestId(), event.getCode().name())))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, TreeMap::new, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
        assertThat(outcomes.keySet()).as("requests that have an outcome").isEqualTo(new TreeSet<>(requestIds));
        assertThat(outcomes)
                .allSatisfy(
                        (id, ends) -> assertThat(ends).as("outcomes of %s", id).hasSize(1));
    }

    /** One compute charge for each of these requests, and none for any other. */
    static void judgeCharges(Collection<String> requestIds, List<CostIncurred> costs) {
        List<String> charged = costs.stream()
                .filter(cost -> cost.getChargeKind() == ChargeKind.COMPUTE)
                .map(cost -> String.valueOf(cost.getRequestId()))
                .toList();
        assertThat(charged).as("requests charged").containsExactlyInAnyOrderElementsOf(requestIds);
    }
}

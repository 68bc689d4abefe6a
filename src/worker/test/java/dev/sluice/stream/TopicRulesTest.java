package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which topics a worker starts with. */
class TopicRulesTest {
    private static final String PENDING = "sluice-pending-changelog";
    private static final String SETTLED = "sluice-settled-changelog";
    private static final Topics TOPICS = Topics.DEFAULT;

    private final Map<String, TopicFacts> facts = new HashMap<>();

    TopicRulesTest() {
        TOPICS.all().forEach(topic -> facts.put(topic, facts(4, Map.of("cleanup.policy", "delete"))));
        facts.put(PENDING, facts(4, Map.of("cleanup.policy", "compact")));
        facts.put(SETTLED, facts(4, Map.of("cleanup.policy", "compact,delete", "retention.ms", "172800000")));
    }

    @Test
    void takesTopicsAsKafkaAndStreamsMakeThem() {
        assertThat(problems()).isEmpty();
        assertThat(warnings()).isEmpty();
    }

    @Test
    void takesAFirstStartWithoutChangelogs() {
        facts.remove(PENDING);
        facts.remove(SETTLED);

        assertThat(problems()).isEmpty();
    }

    @Test
    void refusesRequestsThatHaveMorePartitionsThanTheRest() {
        facts.put(TOPICS.requests(), facts(6, Map.of()));

        assertThat(problems())
                .containsExactly("topics: generation.requests has 6 partitions and generation.cancellations,"
                        + " sluice-pending-changelog, sluice-settled-changelog have 4 partitions; they must have equally many:"
                        + " stop all workers, run ./sluice partitions --to 6, and start them again");
    }

    @Test
    void refusesChangelogsOfFewerPartitionsThanTheirTopics() {
        facts.put(TOPICS.requests(), facts(8, Map.of()));
        facts.put(TOPICS.cancellations(), facts(8, Map.of()));

        assertThat(problems()).singleElement().asString().contains(PENDING, SETTLED, "--to 8");
    }

    @Test
    void takesAnyPartitionsOfWhatIsOnlyWritten() {
        facts.put(TOPICS.completions(), facts(1, Map.of()));

        assertThat(problems()).isEmpty();
    }

    @Test
    void namesEveryTopicThatMayNotBeWrittenInOneSentence() {
        allow(TOPICS.completions(), AclOperation.DESCRIBE);
        allow(TOPICS.deadLetters(), AclOperation.DESCRIBE);

        assertThat(problems())
                .containsExactly("topics: no permission to Write generation.completions, generation.requests.dlq");
    }

    @Test
    void needsToReadAndWriteWhatItReads() {
        allow(TOPICS.requests(), AclOperation.DESCRIBE, AclOperation.READ);
        allow(PENDING, AclOperation.DESCRIBE, AclOperation.WRITE);

        assertThat(problems())
                .containsExactly(
                        "topics: no permission to Write generation.requests",
                        "topics: no permission to Read sluice-pending-changelog");
    }

    @Test
    void takesBrokersThatDoNotTellWhatIsAllowed() {
        allow(TOPICS.completions());

        assertThat(problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "generation.costs|compact|all charges of a tenant but the last",
                "generation.costs|compact,delete|all charges of a tenant but the last",
                "generation.requests.dlq|compact|dead letters, and takes none without a key",
                "generation.requests|delete, compact|a request whose id is used again",
            })
    void refusesCompactionWhereItLosesSomething(String topic, String policy, String lost) {
        facts.put(topic, facts(4, Map.of("cleanup.policy", policy)));

        assertThat(problems())
                .containsExactly("topics: " + topic + ": cleanup.policy has compact, which loses " + lost
                        + "; it must be delete");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "generation.completions",
                "generation.failures",
                "generation.progress",
                "generation.cancellations",
            })
    void takesCompactionWhereTheLastOfAnIdIsEnough(String topic) {
        facts.put(topic, facts(4, Map.of("cleanup.policy", "compact")));

        assertThat(problems()).isEmpty();
    }

    @Test
    void refusesAPendingChangelogThatDeletes() {
        facts.put(PENDING, facts(4, Map.of("cleanup.policy", "compact,delete")));

        assertThat(problems()).singleElement().asString().contains(PENDING, "it must be compact");
    }

    @Test
    void refusesASettledChangelogThatForgetsBeforeTheWorkerDoes() {
        facts.put(SETTLED, facts(4, Map.of("cleanup.policy", "compact,delete", "retention.ms", "3600000")));

        assertThat(problems()).singleElement().asString().contains(SETTLED, "settle.retention (86400000 ms)");
    }

    @Test
    void tellsOfTopicsThatTakeNoRecordThatWasSentAMomentAgo() {
        facts.put(TOPICS.failures(), facts(4, Map.of("message.timestamp.before.max.ms", "1000")));

        assertThat(problems()).isEmpty();
        assertThat(warnings()).singleElement().asString().contains("generation.failures", "refused as too old");
    }

    @Test
    void refusesMoreReplicasInSyncThanThereAre() {
        facts.put(TOPICS.costs(), facts(4, Map.of("min.insync.replicas", "2")));
        facts.put(TOPICS.progress(), facts(4, Map.of("min.insync.replicas", "2")));

        assertThat(problems())
                .containsExactly("topics: nothing can be written to generation.costs, generation.progress:"
                        + " min.insync.replicas 2 is more than their replicas, 1");
    }

    @Test
    void refusesDeadLettersThatTakeLessThanADeadLetterMayHave() {
        facts.put(TOPICS.deadLetters(), facts(4, Map.of("max.message.bytes", "524288")));

        assertThat(problems()).singleElement().asString().contains(TOPICS.deadLetters(), "max.message.bytes is 524288");
    }

    @Test
    void refusesRequestsThatTakeMoreThanTheHeapSurvives() {
        facts.put(TOPICS.requests(), facts(4, Map.of("max.message.bytes", String.valueOf(Integer.MAX_VALUE))));

        assertThat(problems()).singleElement().asString().contains(TOPICS.requests(), "2147483647", "-Xmx");
    }

    @Test
    void refusesAProducerThatSendsLessThanADeadLetterMayHave() {
        assertThat(new TopicRules(settings(Map.of("max.request.size", 100_000))).problems(facts))
                .singleElement()
                .asString()
                .startsWith("kafka.properties.max.request.size: 100000 is less than");
    }

    @Test
    void tellsOfTopicsThatKeepRecordsForMinutes() {
        facts.put(TOPICS.requests(), facts(4, Map.of("retention.ms", "60000")));

        assertThat(problems()).isEmpty();
        assertThat(warnings())
                .containsExactly("generation.requests with retention.ms=60000: what is not read by then is lost");
    }

    private void allow(String topic, AclOperation... operations) {
        facts.put(topic, new TopicFacts(4, 1, Optional.of(Set.of(operations)), Map.of()));
    }

    private List<String> problems() {
        return new TopicRules(settings(Map.of())).problems(facts);
    }

    private List<String> warnings() {
        return new TopicRules(settings(Map.of())).warnings(facts);
    }

    private static TopicFacts facts(int partitions, Map<String, String> settings) {
        return new TopicFacts(partitions, 1, Optional.empty(), settings);
    }

    private static StreamSettings settings(Map<String, Object> kafka) {
        return new StreamSettings(
                "sluice", TOPICS, Path.of("state"), SettleSettings.DEFAULT, true, RequestLimits.DEFAULT, kafka);
    }
}

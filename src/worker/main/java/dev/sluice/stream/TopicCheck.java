package dev.sluice.stream;

import dev.sluice.wire.RefusedProperty;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the brokers have the topics that a worker needs, as it needs them, and let it do its work. Asks; takes no part in
 * the group.
 */
public final class TopicCheck {
    private static final Logger LOG = LoggerFactory.getLogger(TopicCheck.class);

    /** Topics that were created just now are not known to every broker at once. */
    private static final Duration SPREADING = Duration.ofSeconds(3);

    private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final StreamSettings settings;

    public TopicCheck(StreamSettings settings) {
        this.settings = settings;
    }

    /**
     * Asks the brokers. What merely surprises is logged.
     *
     * @param patience with brokers that can't be reached; those that answer are believed at once, or nearly
     * @return what is wrong, in words; nothing if all is well
     */
    public List<String> problems(Duration patience) throws InterruptedException {
        Map<String, Object> config;
        try {
            config = new StreamsConfig(StreamsProperties.of(settings)).getAdminConfigs("sluice-startup");
        } catch (ConfigException e) {
            return List.of(RefusedProperty.of(e)
                    .map(refused -> "kafka.properties." + refused.name() + ": " + refused.requirement())
                    .orElse("kafka.properties: " + e.getMessage()));
        }
        Answer answer = answer(patience, timeout -> BrokerAnswers.ask(settings, config, timeout));
        answer.warnings().forEach(warning -> LOG.warn("topics_doubtful reason=\"{}\"", warning));
        return answer.all();
    }

    /**
     * As {@link #problems}, of a worker that runs.
     *
     * @return what the brokers say is wrong; nothing if all is well, or nobody answers
     */
    List<String> refusals(Duration patience) throws InterruptedException {
        Map<String, Object> config = new StreamsConfig(StreamsProperties.of(settings)).getAdminConfigs("sluice-fault");
        return answer(patience, timeout -> BrokerAnswers.ask(settings, config, timeout))
                .problems();
    }

    /** The answer to believe, asking somebody. */
    static Answer answer(Duration patience, Brokers brokers) throws InterruptedException {
        long start = System.nanoTime();
        Optional<Answer> believed = Optional.empty();
        while (true) {
            Duration left = patience.minusNanos(System.nanoTime() - start);
            Answer answer = brokers.ask(left.compareTo(LONGEST_ATTEMPT) < 0 ? left : LONGEST_ATTEMPT);
            if (answer.unreachable().isEmpty()) {
                believed = Optional.of(answer);
            }
            Duration passed = Duration.ofNanos(System.nanoTime() - start);
            Duration worthWaiting = answer.unreachable().isPresent() ? patience : SPREADING;
            if (answer.all().isEmpty() || passed.plus(PAUSE).compareTo(worthWaiting) > 0) {
                // The last attempt may have had too little time left to be answered.
                return believed.orElse(answer);
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Who is asked, for no longer than the timeout. */
    @FunctionalInterface
    interface Brokers {
        Answer ask(Duration timeout) throws InterruptedException;
    }

    /**
     * What the brokers said.
     *
     * @param problems what is wrong, in words
     * @param warnings what surprises, in words
     * @param unreachable why nobody answered
     */
    record Answer(List<String> problems, List<String> warnings, Optional<String> unreachable) {
        Answer {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }

        static Answer refusal(String problem) {
            return new Answer(List.of(problem), List.of(), Optional.empty());
        }

        static Answer silence(String why) {
            return new Answer(List.of(), List.of(), Optional.of(why));
        }

        /** Silence is a problem too. */
        List<String> all() {
            return unreachable
                    .map(why -> List.of("kafka.bootstrap-servers: no broker answers: " + why))
                    .orElse(problems);
        }
    }
}

package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.SchemaRejectedException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rocksdb.RocksDBException;

class WorkerFaultsTest {
    @Test
    void knowsAStoreThatCannotBeUsed() {
        assertThat(WorkerFaults.of(new StreamsException(new ProcessorStateException("No space left on device"))))
                .isEqualTo(WorkerFaults.STATE);
        assertThat(WorkerFaults.of(new ExecutionException(new RocksDBException("Corruption"))))
                .isEqualTo(WorkerFaults.STATE);
    }

    @Test
    void knowsAProcessThatIsIll() {
        assertThat(WorkerFaults.of(new StreamsException(new OutOfMemoryError("Java heap space"))))
                .isEqualTo(WorkerFaults.PROCESS);
    }

    static Stream<Exception> refusals() {
        return Stream.of(
                new TopicAuthorizationException("Not authorized to access topics: [generation.completions]"),
                GroupAuthorizationException.forGroupId("sluice"),
                new TransactionalIdAuthorizationException("Transactional Id authorization failed."),
                new SaslAuthenticationException("Invalid username or password"),
                new SslAuthenticationException("SSL handshake failed"),
                new SecurityDisabledException("Security features are disabled."),
                new UnsupportedVersionException("too old"),
                new InvalidTimestampException("too old"),
                new SchemaRejectedException(
                        SchemaRejectedException.Reason.MISSING, "no subject generation.failures-value"));
    }

    /** Exceptions as Streams wraps them. A real broker produced their causes. */
    @ParameterizedTest
    @MethodSource("refusals")
    void knowsARefusalThatNoOtherTryMends(Exception refusal) {
        StreamsException failure = new StreamsException(
                "task [0_0] Exception caught while punctuating processor 'settling'",
                new StreamsException(
                        "Error encountered trying to send record", new KafkaException("in an error state", refusal)));

        assertThat(WorkerFaults.of(failure)).isEqualTo(WorkerFaults.CONFIGURATION);
        assertThat(WorkerFaults.refusal(failure))
                .hasValueSatisfying(said -> assertThat(said).contains(String.valueOf(refusal.getMessage())));
    }

    @Test
    void takesAnythingElseForPassing() {
        for (Throwable passing : List.of(
                new StreamsException("the broker is away"),
                new StreamsException(new TimeoutException("no answer")),
                new StreamsException(new BrokerNotAvailableException("no broker")),
                // The brokers are asked whether it is really gone.
                new MissingSourceTopicException("One or more source topics were missing during rebalance"))) {
            assertThat(WorkerFaults.of(passing)).isEqualTo(WorkerFaults.PASSING);
        }
    }
}

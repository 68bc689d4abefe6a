package dev.sluice.stream;

import dev.sluice.wire.SchemaRejectedException;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TopologyException;
import org.rocksdb.RocksDBException;

/** What a stream thread's failure means for the worker. */
enum WorkerFaults {
    /** The stores on this disk can't be used: it is full, or what lies there is damaged. */
    STATE,
    /** The process itself is ill: out of memory, or a class is missing. */
    PROCESS,
    /** Brokers or registry refuse what the worker needs: no other try goes better until somebody mends it. */
    CONFIGURATION,
    /** Caused by something outside or by one record. Another try may succeed. */
    PASSING;

    /** Answers that stay as they are: who asks, what they may do, and what a topic takes. */
    private static final Set<Class<? extends Throwable>> REFUSALS = Set.of(
            AuthenticationException.class,
            AuthorizationException.class,
            SecurityDisabledException.class,
            UnsupportedVersionException.class,
            UnsupportedForMessageFormatException.class,
            InvalidConfigurationException.class,
            InvalidTopicException.class,
            InvalidTimestampException.class,
            PolicyViolationException.class,
            InconsistentGroupProtocolException.class,
            TopologyException.class,
            SchemaRejectedException.class);

    static WorkerFaults of(Throwable failure) {
        if (ClientRefusal.causes(failure)
                .anyMatch(cause -> cause instanceof ProcessorStateException || cause instanceof RocksDBException)) {
            return STATE;
        }
        if (ClientRefusal.causes(failure).anyMatch(Error.class::isInstance)) {
            return PROCESS;
        }
        return refusal(failure).isPresent() ? CONFIGURATION : PASSING;
    }

    /** What was answered, if it is an answer that stays as it is. */
    static Optional<String> refusal(Throwable failure) {
        return ClientRefusal.causes(failure)
                .filter(cause -> REFUSALS.stream().anyMatch(kind -> kind.isInstance(cause)))
                .map(cause -> cause instanceof AuthenticationException
                        ? ClientRefusal.connection(cause)
                        : ClientRefusal.message(cause))
                .findFirst();
    }
}

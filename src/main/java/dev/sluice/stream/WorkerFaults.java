package dev.sluice.stream;

import java.util.stream.Stream;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.rocksdb.RocksDBException;

/** What a stream thread's failure means for the worker. */
enum WorkerFaults {
    /** The stores on this disk can't be used: it is full, or what lies there is damaged. */
    STATE,
    /** The process itself is ill: out of memory, or a class is missing. */
    PROCESS,
    /** Something outside, or one record: another try may go well. */
    PASSING;

    static WorkerFaults of(Throwable failure) {
        if (chain(failure)
                .anyMatch(cause -> cause instanceof ProcessorStateException || cause instanceof RocksDBException)) {
            return STATE;
        }
        return chain(failure).anyMatch(Error.class::isInstance) ? PROCESS : PASSING;
    }

    private static Stream<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }
}

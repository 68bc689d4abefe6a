package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
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

    @Test
    void takesAnythingElseForPassing() {
        assertThat(WorkerFaults.of(new StreamsException("the broker is away"))).isEqualTo(WorkerFaults.PASSING);
    }
}

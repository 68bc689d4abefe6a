package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OpenRequestsTest {
    private static final GenerationOutcome OUTCOME = new GenerationOutcome.Failed(GenerationFailed.newBuilder()
            .setRequestId("a")
            .setCode(GenerationFailureCode.CANCELLED)
            .setMessage("")
            .setRetriable(false)
            .setFailedAt(Instant.EPOCH)
            .setWorker("worker")
            .build());

    private final OpenRequests requests = new OpenRequests();

    @Test
    void everyHandleOfARequestHearsOfItsOutcomeAndNoOther() {
        GenerationHandle first = requests.open("a");
        GenerationHandle second = requests.open("a");
        GenerationHandle other = requests.open("b");

        requests.settle("a", OUTCOME);
        requests.settle("unknown", OUTCOME);

        assertThat(first.outcome()).isCompletedWithValue(OUTCOME);
        assertThat(second.outcome()).isCompletedWithValue(OUTCOME);
        assertThat(other.outcome()).isNotDone();
        assertThat(requests.isOpen("a")).isFalse();
        assertThat(requests.isOpen("b")).isTrue();
    }

    @Test
    void whatACallerDoesWithItsFutureIsItsOwnAffair() {
        GenerationHandle handle = requests.open("a");
        handle.outcome().cancel(true);

        requests.settle("a", OUTCOME);

        assertThat(handle.outcome()).isCompletedWithValue(OUTCOME);
    }

    @Test
    void aForgottenRequestIsHeardOfNoMore() {
        GenerationHandle handle = requests.open("a");

        requests.forget("a");
        requests.settle("a", OUTCOME);

        assertThat(handle.outcome()).isNotDone();
    }

    @Test
    void onceDeafItFailsWhatIsOpenAndOpensNoMore() {
        GenerationHandle handle = requests.open("a");

        requests.failAll(new IllegalStateException("no brokers"));

        assertThat(handle.outcome()).isCompletedExceptionally();
        assertThatThrownBy(() -> requests.open("b")).hasMessageContaining("no brokers");
        assertThat(requests.isOpen("b")).isFalse();
    }
}

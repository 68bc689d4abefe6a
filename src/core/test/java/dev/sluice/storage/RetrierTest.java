package dev.sluice.storage;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

@Timeout(30)
class RetrierTest {
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    void answersWithTheFirstSuccess() {
        Queue<CompletableFuture<String>> answers =
                new ArrayDeque<>(List.of(noAnswer(), CompletableFuture.completedFuture("done")));

        assertThat(new Retrier(policy(5, Duration.ofMinutes(1)))
                        .run("call", () -> requireNonNull(answers.poll()))
                        .join())
                .isEqualTo("done");
    }

    @Test
    void aCallThatNeverAnswersIsGivenUpAfterAllAttempts() {
        StorageException failure = failureOf(policy(3, Duration.ofMinutes(1)), CompletableFuture::new);

        assertThat(failure.retriable()).isTrue();
        assertThat(failure).hasMessage("call failed after 3 attempts: no answer within 50 ms");
        assertThat(calls).hasValue(3);
    }

    @Test
    void silenceAtTheEndDoesNotHideWhatWasAnsweredBefore() {
        Queue<CompletableFuture<String>> answers = new ArrayDeque<>(List.of(busy()));

        StorageException failure = failureOf(
                policy(2, Duration.ofMinutes(1)),
                () -> answers.isEmpty() ? new CompletableFuture<>() : answers.remove());

        assertThat(failure)
                .hasMessage(
                        "call failed after 2 attempts: 503 SlowDown: reduce your rate; then no answer within 50 ms");
        assertThat(failure).hasCauseInstanceOf(S3Exception.class);
    }

    @Test
    void anAttemptThatTheBudgetLeftNoTimeForIsNotToldOf() {
        Queue<CompletableFuture<String>> answers = new ArrayDeque<>(List.of(busy()));
        RetryPolicy policy = new RetryPolicy(
                2, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofSeconds(10), Duration.ofMillis(200));

        StorageException failure =
                failureOf(policy, () -> answers.isEmpty() ? new CompletableFuture<>() : answers.remove());

        assertThat(failure).hasMessage("call failed after 2 attempts: 503 SlowDown: reduce your rate");
    }

    @Test
    void aDenialIsBelievedAtOnceOrTriedWithOtherCredentials() {
        StorageException failure = failureOf(policy(3, Duration.ofMinutes(1)), RetrierTest::denied);
        assertThat(failure).hasMessage("call was refused at attempt 1: 400 ExpiredToken");
        assertThat(failure.retriable()).isFalse();

        AtomicInteger renewals = new AtomicInteger();
        Queue<CompletableFuture<String>> answers =
                new ArrayDeque<>(List.of(denied(), CompletableFuture.completedFuture("done")));
        Retrier patient =
                new Retrier(policy(3, Duration.ofMinutes(1)), new StorageCounters(), renewals::incrementAndGet);
        assertThat(patient.run("call", () -> requireNonNull(answers.poll())).join())
                .isEqualTo("done");
        assertThat(renewals).hasValue(1);
    }

    private static CompletableFuture<String> busy() {
        return answer(503, "SlowDown", "reduce your rate");
    }

    private static CompletableFuture<String> denied() {
        return answer(400, "ExpiredToken", "");
    }

    private static CompletableFuture<String> answer(int status, String code, String message) {
        return CompletableFuture.failedFuture(S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build());
    }

    @Test
    void theBudgetEndsItBeforeTheAttemptsAreUsedUp() {
        StorageException failure = failureOf(policy(1_000_000, Duration.ofMillis(300)), RetrierTest::noAnswer);

        assertThat(failure.retriable()).isTrue();
        assertThat(calls.get()).isBetween(2, 1_000);
    }

    @Test
    void aCallersPatienceShortensTheBudgetAndNeverLengthensIt() {
        RetryPolicy policy = policy(5, Duration.ofSeconds(9));

        assertThat(policy.within(Duration.ofSeconds(3)).budget()).isEqualTo(Duration.ofSeconds(3));
        assertThat(policy.within(Duration.ofHours(1))).isEqualTo(policy);
        assertThat(policy.within(Duration.ofSeconds(-1)).budget()).isPositive();
    }

    @Test
    void countsAttemptsRetriesAndFailures() {
        Retrier retrier = new Retrier(policy(3, Duration.ofMinutes(1)));

        assertThat(retrier.run("call", RetrierTest::noAnswer)).failsWithin(Duration.ofSeconds(20));
        retrier.run("call", () -> CompletableFuture.completedFuture("done")).join();

        assertThat(retrier.counters().attempts()).isEqualTo(4);
        assertThat(retrier.counters().retries()).isEqualTo(2);
        assertThat(retrier.counters().failures()).isEqualTo(1);
    }

    @Test
    void aBugIsNotRetried() {
        StorageException failure = failureOf(policy(5, Duration.ofMinutes(1)), () -> {
            throw new IllegalStateException("bug");
        });

        assertThat(failure.retriable()).isFalse();
        assertThat(calls).hasValue(1);
    }

    @Test
    void waitsDoubleUpToTheLongest() {
        RetryPolicy policy = new RetryPolicy(
                9, Duration.ofMillis(100), Duration.ofMillis(350), Duration.ofSeconds(1), Duration.ofSeconds(9));

        assertThat(Stream.of(1, 2, 3, 60).map(policy::longestWaitAfter).map(Duration::toMillis))
                .containsExactly(100L, 200L, 350L, 350L);
    }

    private static CompletableFuture<String> noAnswer() {
        return CompletableFuture.failedFuture(SdkClientException.create("no answer"));
    }

    private StorageException failureOf(RetryPolicy policy, Supplier<CompletableFuture<String>> call) {
        Retrier retrier = new Retrier(policy);
        Throwable thrown = catchThrowable(() -> retrier.run("call", () -> {
                    calls.incrementAndGet();
                    return call.get();
                })
                .join());
        return (StorageException) requireNonNull(thrown.getCause());
    }

    private static RetryPolicy policy(int attempts, Duration budget) {
        return new RetryPolicy(attempts, Duration.ofMillis(20), Duration.ofMillis(20), Duration.ofMillis(50), budget);
    }
}

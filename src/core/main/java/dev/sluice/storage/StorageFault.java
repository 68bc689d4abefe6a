package dev.sluice.storage;

import dev.sluice.request.DurationText;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** What the failure of one attempt means for the next. */
sealed interface StorageFault {
    /** The beginning of the SDK's long message on every place where it looked. */
    String NO_CREDENTIALS = "Unable to load credentials from any of the providers";

    int NOT_FOUND = 404;
    int PRECONDITION_FAILED = 412;

    /** Refusals (400) of bytes that were lost or changed on the way: sent again, they may arrive. */
    Set<String> DAMAGED_ON_THE_WAY = Set.of(
            "BadDigest",
            "IncompleteBody",
            "RequestTimeout",
            "XAmzContentChecksumMismatch",
            "XAmzContentSHA256Mismatch");

    /** Refusals (400) of credentials that were valid once, or will be. */
    Set<String> OF_CREDENTIALS = Set.of(
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidAccessKeyId",
            "InvalidToken",
            "RequestExpired",
            "RequestTimeTooSkewed",
            "TokenRefreshRequired");

    /**
     * Refusals (400, 404) because the bucket is not there, or not yet: a volume is mounted late, or the region is
     * another.
     */
    Set<String> OF_PLACE = Set.of("AuthorizationHeaderMalformed", "NoSuchBucket");

    /**
     * The store is busy, down, out of reach or slow; another writer was at the same key (409); or the bytes did not arrive
     * as they were sent.
     */
    record Passing(Throwable cause) implements StorageFault {}

    /**
     * The store doesn't take these credentials, or not here: 401, 403, expired or unknown keys, a clock that is off, a
     * redirect, no such bucket. Keys rotate, permissions and buckets move, so a call with something to lose is made
     * again.
     */
    record Denied(Throwable cause) implements StorageFault {}

    /** The store answered, and will answer the same again: an invalid argument, a key policy. */
    record Refused(Throwable cause) implements StorageFault {}

    /** Already put into the words of this package. */
    record Final(StorageException cause) implements StorageFault {}

    static StorageFault of(Throwable failure) {
        Throwable cause = unwrap(failure);
        return switch (cause) {
            case StorageException known -> new Final(known);
            case AwsServiceException answer when isPassing(answer) -> new Passing(answer);
            case AwsServiceException answer when isDenial(answer) -> new Denied(answer);
            case SdkClientException noAnswer -> new Passing(noAnswer);
            case TimeoutException late -> new Passing(late);
            case UnverifiedObjectException unsure -> new Passing(unsure);
            default -> new Refused(cause);
        };
    }

    /** Whether the store answered with this status. */
    static boolean hasStatus(Throwable failure, int status) {
        return unwrap(failure) instanceof AwsServiceException answer && answer.statusCode() == status;
    }

    /** Whether the store was not asked, for want of credentials. */
    static boolean wantsCredentials(Throwable failure) {
        return unwrap(failure) instanceof SdkClientException none
                && String.valueOf(none.getMessage()).startsWith(NO_CREDENTIALS);
    }

    /** The failure in words, with the store's own code where it answered. */
    static String describe(Throwable failure, Duration timeout) {
        return switch (unwrap(failure)) {
            case TimeoutException late -> "no answer within " + DurationText.of(timeout);
            case AwsServiceException answer -> describe(answer);
            case SdkClientException none when wantsCredentials(none) -> "there are no credentials";
            case Throwable other -> String.valueOf(other.getMessage());
        };
    }

    private static String describe(AwsServiceException answer) {
        Optional<AwsErrorDetails> details = Optional.ofNullable(answer.awsErrorDetails());
        String code = details.map(AwsErrorDetails::errorCode)
                .map(given -> " " + given)
                .orElse("");
        String message = details.map(AwsErrorDetails::errorMessage)
                .filter(given -> !given.isBlank())
                .map(given -> ": " + given)
                .orElse("");
        String request = Optional.ofNullable(answer.requestId())
                .map(given -> " (request " + given + ")")
                .orElse("");
        return answer.statusCode() + code + message + request;
    }

    private static boolean isPassing(AwsServiceException answer) {
        int status = answer.statusCode();
        return status >= 500 || status == 408 || status == 409 || status == 429 || hasCode(answer, DAMAGED_ON_THE_WAY);
    }

    private static boolean isDenial(AwsServiceException answer) {
        int status = answer.statusCode();
        boolean redirect = status / 100 == 3;
        return redirect
                || status == 401
                || status == 403
                || hasCode(answer, OF_CREDENTIALS)
                || hasCode(answer, OF_PLACE);
    }

    private static boolean hasCode(AwsServiceException answer, Set<String> codes) {
        return answer.awsErrorDetails() != null
                && codes.contains(String.valueOf(answer.awsErrorDetails().errorCode()));
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}

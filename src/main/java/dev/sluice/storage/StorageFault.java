package dev.sluice.storage;

import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** What the failure of one attempt means for the next. */
sealed interface StorageFault {
    int NOT_FOUND = 404;
    int PRECONDITION_FAILED = 412;

    /** Refusals (400) of bytes that were lost or changed on the way: sent again, they may arrive. */
    Set<String> DAMAGED_ON_THE_WAY = Set.of(
            "BadDigest",
            "IncompleteBody",
            "RequestTimeout",
            "XAmzContentChecksumMismatch",
            "XAmzContentSHA256Mismatch");

    /**
     * The store is busy, down, out of reach or slow; another writer was at the same key (409); or the bytes did not arrive
     * as they were sent.
     */
    record Passing(Throwable cause) implements StorageFault {}

    /** The store answered, and will answer the same again: no such bucket, access denied. */
    record Refused(Throwable cause) implements StorageFault {}

    /** Already put into the words of this package. */
    record Final(StorageException cause) implements StorageFault {}

    static StorageFault of(Throwable failure) {
        Throwable cause = unwrap(failure);
        return switch (cause) {
            case StorageException known -> new Final(known);
            case AwsServiceException answer when isPassing(answer) -> new Passing(answer);
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

    private static boolean isPassing(AwsServiceException answer) {
        int status = answer.statusCode();
        return status >= 500 || status == 408 || status == 409 || status == 429 || wasDamaged(answer);
    }

    private static boolean wasDamaged(AwsServiceException answer) {
        return answer.awsErrorDetails() != null
                && DAMAGED_ON_THE_WAY.contains(
                        String.valueOf(answer.awsErrorDetails().errorCode()));
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}

package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.S3Exception;

class StorageFaultTest {
    @ParameterizedTest
    @CsvSource({
        "500, InternalError",
        "503, SlowDown",
        "429, TooManyRequests",
        "409, ConditionalRequestConflict",
        "400, BadDigest",
        "400, IncompleteBody",
        "400, RequestTimeout",
        "400, XAmzContentSHA256Mismatch"
    })
    void busyStoresAndDamageOnTheWayPass(int status, String code) {
        assertThat(StorageFault.of(answer(status, code))).isInstanceOf(StorageFault.Passing.class);
    }

    @ParameterizedTest
    @CsvSource({"400, InvalidRequest", "400, KMS.DisabledException"})
    void whatTheStoreWillSayAgainIsRefused(int status, String code) {
        assertThat(StorageFault.of(answer(status, code))).isInstanceOf(StorageFault.Refused.class);
    }

    @ParameterizedTest
    @CsvSource({
        "401, Unauthorized",
        "403, AccessDenied",
        "403, InvalidAccessKeyId",
        "403, SignatureDoesNotMatch",
        "403, RequestTimeTooSkewed",
        "400, ExpiredToken",
        "400, ExpiredTokenException",
        "400, TokenRefreshRequired",
        "400, AuthorizationHeaderMalformed",
        "404, NoSuchBucket",
        "301, PermanentRedirect",
        "307, TemporaryRedirect"
    })
    void whatRotatedKeysOrAMendedPermissionWouldChangeIsADenial(int status, String code) {
        assertThat(StorageFault.of(answer(status, code))).isInstanceOf(StorageFault.Denied.class);
    }

    @Test
    void anObjectThatWasNotSeenWholeIsLookedAtAgain() {
        assertThat(StorageFault.of(new CompletionException(new UnverifiedObjectException("half of it"))))
                .isInstanceOf(StorageFault.Passing.class);
    }

    private static CompletionException answer(int status, String code) {
        return new CompletionException(S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build());
    }
}

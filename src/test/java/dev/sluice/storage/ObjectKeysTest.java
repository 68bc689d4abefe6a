package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.RequestId;
import dev.sluice.request.TenantId;
import org.junit.jupiter.api.Test;

class ObjectKeysTest {
    @Test
    void keyHoldsTheDigestOfTenantAndRequestAndTheImageNumber() {
        // printf 'acme\0order/17' | sha256sum
        assertThat(new ObjectKeys("images").key(new TenantId("acme"), new RequestId("order/17"), 3))
                .isEqualTo("images/999f9846e02fc152b25bd39b5b59de57a8f8d16a6d35bed16bd4b0c719dabc0d/3.png");
    }

    @Test
    void withoutPrefixTheKeyStartsWithTheDigest() {
        assertThat(new ObjectKeys("").key(new TenantId("acme"), new RequestId("order/17"), 0))
                .matches("[0-9a-f]{64}/0\\.png");
    }

    @Test
    void tenantAndRequestDoNotRunTogether() {
        assertThat(ObjectKeys.requestDigest(new TenantId("ab"), new RequestId("c")))
                .isNotEqualTo(ObjectKeys.requestDigest(new TenantId("a"), new RequestId("bc")));
    }

    @Test
    void refusesSlashesAtThePrefixEnds() {
        assertThatThrownBy(() -> new ObjectKeys("images/")).isInstanceOf(IllegalArgumentException.class);
    }
}

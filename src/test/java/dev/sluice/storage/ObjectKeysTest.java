package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.RequestId;
import dev.sluice.request.RequestIdentity;
import dev.sluice.request.TenantId;
import org.junit.jupiter.api.Test;

class ObjectKeysTest {
    @Test
    void keysDependOnTenantRequestContentAndIndexOnly() {
        // printf 'acme\0order/17\0c0ffee' | sha256sum
        assertThat(new ObjectKeys("images").key(address("acme", "order/17", "c0ffee", 3)))
                .isEqualTo("images/194762a4e12192a1af0f22405830a1aa58d1d0cc8d36a8fe659d3104a03f7b4b/3.png");
    }

    @Test
    void withoutAPrefixKeysBeginWithTheDigest() {
        assertThat(new ObjectKeys("").key(address("acme", "order/17", "c0ffee", 0)))
                .matches("[0-9a-f]{64}/0\\.png");
    }

    @Test
    void tenantRequestAndContentDoNotRunTogether() {
        assertThat(ObjectKeys.requestDigest(address("ab", "c", "d", 0).request()))
                .isNotEqualTo(
                        ObjectKeys.requestDigest(address("a", "bc", "d", 0).request()))
                .isNotEqualTo(
                        ObjectKeys.requestDigest(address("a", "b", "cd", 0).request()));
    }

    @Test
    void otherContentUnderTheSameIdIsAnotherObject() {
        ObjectKeys keys = new ObjectKeys("images");

        assertThat(keys.key(address("acme", "order/17", "c0ffee", 0)))
                .isNotEqualTo(keys.key(address("acme", "order/17", "7ea", 0)));
    }

    @Test
    void aPrefixHasNoSlashesAtItsEnds() {
        assertThatThrownBy(() -> new ObjectKeys("images/")).isInstanceOf(IllegalArgumentException.class);
    }

    private static ImageAddress address(String tenant, String request, String contentHash, int index) {
        return new ImageAddress(
                new RequestIdentity(new TenantId(tenant), new RequestId(request), contentHash), index, 42);
    }
}

package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.BundleIdentity;
import dev.sluice.request.RequestId;
import dev.sluice.request.RequestIdentity;
import dev.sluice.request.TenantId;
import org.junit.jupiter.api.Test;

class ObjectKeysTest {
    private static final BundleIdentity BUNDLE = new BundleIdentity("circles", "1.0.0", "abad1dea");

    @Test
    void keysDependOnTenantRequestContentAndIndexOnly() {
        // printf 'acme\0order/17\0c0ffee' | sha256sum
        assertThat(new ObjectKeys("images").key(address("acme", "order/17", "c0ffee", 3)))
                .isEqualTo("images/180c3bd3313e07321bd8cea9361464e3c214a887d6c52f78e7b106130a9de0e0/3.png");
    }

    @Test
    void withoutAPrefixKeysBeginWithTheDigest() {
        assertThat(new ObjectKeys("").key(address("acme", "order/17", "c0ffee", 0)))
                .matches("[0-9a-f]{64}/0\\.png");
    }

    @Test
    void tenantRequestAndContentDoNotRunTogether() {
        assertThat(digest(address("ab", "c", "d", 0)))
                .isNotEqualTo(digest(address("a", "bc", "d", 0)))
                .isNotEqualTo(digest(address("a", "b", "cd", 0)));
    }

    @Test
    void otherContentUnderTheSameIdIsAnotherObject() {
        ObjectKeys keys = new ObjectKeys("images");

        assertThat(keys.key(address("acme", "order/17", "c0ffee", 0)))
                .isNotEqualTo(keys.key(address("acme", "order/17", "7ea", 0)));
    }

    @Test
    void whatAnotherBundleMakesOfTheSameRequestIsAnotherObject() {
        ObjectKeys keys = new ObjectKeys("images");
        ImageAddress before = address("acme", "order/17", "c0ffee", 0);
        BundleIdentity later = new BundleIdentity(BUNDLE.name(), BUNDLE.version(), "beef");

        assertThat(keys.key(new ImageAddress(before.request(), later, 0, 42))).isNotEqualTo(keys.key(before));
    }

    @Test
    void aPrefixHasNoSlashesAtItsEnds() {
        assertThatThrownBy(() -> new ObjectKeys("images/")).isInstanceOf(IllegalArgumentException.class);
    }

    private static String digest(ImageAddress address) {
        return ObjectKeys.requestDigest(address.request(), address.bundle());
    }

    private static ImageAddress address(String tenant, String request, String contentHash, int index) {
        return new ImageAddress(
                new RequestIdentity(new TenantId(tenant), new RequestId(request), contentHash), BUNDLE, index, 42);
    }
}

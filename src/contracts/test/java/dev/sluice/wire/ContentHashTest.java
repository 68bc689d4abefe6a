package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContentHashTest {
    /** Hashes as 0.1.0 computed them. What it left in a worker's stores is compared with what is computed now. */
    @Test
    void fieldsThatTheContractGainedChangeNoOlderHash() {
        assertThat(ContentHash.of(request().build()))
                .isEqualTo("14fad6b8ed542bc47d04f9fad3766a60ec108547ca2667dda01627b855ef0996");
    }

    @Test
    void everyFieldThatIsNotAsBeforeMakesAnotherHash() {
        String hash = ContentHash.of(request().build());

        assertThat(ContentHash.of(request().setTenantId("other").build())).isNotEqualTo(hash);
        assertThat(ContentHash.of(request().setRequestId("order/18").build())).isNotEqualTo(hash);
        assertThat(ContentHash.of(request()
                        .setSampler(new SamplerSpec(SamplerKind.BUNDLE, 0, 0.0))
                        .build()))
                .isNotEqualTo(hash);
        assertThat(ContentHash.of(request().setFirstImage(1).build())).isNotEqualTo(hash);
        assertThat(ContentHash.of(request().setTags(Map.of("a", "b")).build())).isNotEqualTo(hash);
    }

    private static GenerationRequested.Builder request() {
        return GenerationRequested.newBuilder()
                .setRequestId("order/17")
                .setTenantId("acme")
                .setModel("shapes")
                .setImages(4)
                .setSeed(7)
                .setSampler(new SamplerSpec(SamplerKind.DDIM, 50, 0.0));
    }
}

package dev.sluice.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    private static final List<String> KEYS = List.of("engine.rows-per-call", "engine.threads", "s3.bucket", "bundles");

    @Test
    void findsWhatWasMeant() {
        assertThat(Nearest.to("engine.rows-per-cal", KEYS)).contains("engine.rows-per-call");
        assertThat(Nearest.to("engine.rowsPerCall", KEYS)).contains("engine.rows-per-call");
        assertThat(Nearest.to("rows-per-call", KEYS)).contains("engine.rows-per-call");
        assertThat(Nearest.to("bundlse", KEYS)).contains("bundles");
        assertThat(Nearest.to("s3.bu", KEYS)).contains("s3.bucket");
    }

    @Test
    void guessesNothingFarAway() {
        assertThat(Nearest.to("watermark", KEYS)).isEmpty();
        assertThat(Nearest.to("", KEYS)).isEmpty();
        assertThat(Nearest.to("engine", KEYS)).isEmpty();
        assertThat(Nearest.didYouMean("x", KEYS)).isEmpty();
    }
}

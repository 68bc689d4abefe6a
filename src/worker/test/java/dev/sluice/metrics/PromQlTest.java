package dev.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromQlTest {
    @Test
    void findsWhatAnExpressionReads() {
        assertThat(PromQl.selectors("histogram_quantile(0.95, sum by (le) (rate(a_bucket{m=~\"x|y\",n=\"z\"}[5m]))) > 3"
                        + " and abs(b) > -1e3 or absent(c)"))
                .containsExactly(
                        new PromQl.Selector("a_bucket", Map.of("n", "z"), Set.of("m", "n")),
                        new PromQl.Selector("b", Map.of(), Set.of()),
                        new PromQl.Selector("c", Map.of(), Set.of()));
        assertThat(PromQl.grouped("sum(a) by (x, y) / scalar(sum by (z) (b))")).containsExactly("x", "y", "z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sum(a",
                "sum(a))",
                "a b",
                "a{b=c}",
                "a{b=\"c\"",
                "a[5m]",
                "a_total[5m] > 1",
                "rate(a_total)",
                "rate(a[5m])",
                "changes(a_total[5m])",
                "sum(rate(a_total[5]))",
                "avg_rate(a_total[5m])",
                "sum by () (a)",
                "sum by le (a)",
                "histogram_quantile(0.5, sum(rate(a_bucket[5m])))",
                "histogram_quantile(a, b)",
                "1 and a",
                "a > ",
                "a $ b",
                "a{b=~\"(\"}"
            })
    void refusesWhatIsNoExpression(String text) {
        assertThatThrownBy(() -> PromQl.selectors(text)).isInstanceOf(IllegalArgumentException.class);
    }
}

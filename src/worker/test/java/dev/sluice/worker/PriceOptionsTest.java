package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.pricing.Price;
import dev.sluice.pricing.PriceList;
import dev.sluice.pricing.PricingUnit;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PriceOptionsTest {
    private static final Instant MAY = Instant.parse("2026-05-01T00:00:00Z");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aPriceOfNothingIsSaid() {
        assertThat(PriceOptions.freeNote(read(Map.of()), MAY))
                .hasValueSatisfying(note -> assertThat(note)
                        .startsWith("Price 0: no price is configured")
                        .contains("price.per-device-second"));
        assertThat(PriceOptions.freeNote(read(Map.of("price.per-device-second", "0.5")), MAY))
                .isEmpty();
    }

    @Test
    void onePriceNeedsNoDates() {
        PriceList list = read(Map.of("price.sku", "a10g", "price.per-device-second", "0.5", "price.currency", "EUR"));

        assertThat(list.at(Instant.EPOCH, "any"))
                .isEqualTo(new Price("a10g", new BigDecimal("0.5"), Currency.getInstance("EUR")));
        assertThat(read(Map.of()).at(MAY, "any")).isEqualTo(Price.free("device-second", Currency.getInstance("USD")));
    }

    @Test
    void aSkuOrACurrencyAloneIsNoPrice() {
        assertThat(problems(Map.of("price.sku", "a10g", "price.currency", "USD")))
                .contains("price.per-device-second: must be set where price.sku is; 0 for a price of nothing");
        assertThat(read(Map.of("price.sku", "a10g", "price.per-device-second", "0"))
                        .at(MAY, "any")
                        .perUnit())
                .isZero();
    }

    @Test
    void readsAListOfAFile() throws IOException {
        PriceList list = read(file("""
                prices:
                  - {sku: a10g, per-device-second: 0.000280000001, currency: USD, from: 2026-01-01, to: 2026-04-01}
                  - {sku: a10g, per-device-second: 0.00025, currency: USD, from: 2026-04-01}
                  - sku: pixels
                    per-million-evaluation-pixels: 0.125
                    currency: USD
                    from: 2026-03-01
                    model: glyphs-adm
                """));

        assertThat(list.at(MAY, "other").perUnit()).isEqualByComparingTo("0.00025");
        assertThat(list.at(Instant.parse("2026-03-31T23:59:59Z"), "other").perUnit())
                .isEqualByComparingTo("0.000280000001");
        assertThat(list.at(MAY, "glyphs-adm").unit()).isEqualTo(PricingUnit.MILLION_EVALUATION_PIXELS);
    }

    @Test
    void readsAListOfAVariable() {
        PriceList list = read(Map.of(
                "prices",
                "[{\"sku\":\"a10g\",\"per-device-second\":0.5,\"currency\":\"USD\",\"from\":\"2026-01-01\"}]"));

        assertThat(list.at(MAY, "any").skuId()).isEqualTo("a10g");
    }

    @Test
    void aWorkerPicksItsDeviceOutOfAListForMany() throws IOException {
        String text = """
                prices:
                  - {sku: a10g, per-device-second: 0.1, currency: USD, from: 2026-01-01}
                  - {sku: h100, per-device-second: 0.9, currency: USD, from: 2026-01-01}
                """;
        Map<String, String> h100 = new HashMap<>(file(text));
        h100.put("price.sku", "h100");
        Map<String, String> missing = new HashMap<>(file(text));
        missing.put("price.sku", "b200");

        assertThat(read(h100).at(MAY, "any").perUnit()).isEqualByComparingTo("0.9");
        assertThat(problems(missing))
                .containsExactly("price.sku: no price of prices has this SKU; they have a10g, h100");
        assertThat(problems(file(text)))
                .singleElement()
                .asString()
                .startsWith("prices: ")
                .endsWith("hold at once");
    }

    @Test
    void tellsEveryProblemWithItsPath() throws IOException {
        Map<String, String> values = new HashMap<>(file("""
                prices:
                  - {sku: a10g, per-second: 0.1, currency: USD, from: 2026-01-01}
                  - {per-device-second: -1, currency: dollars, from: 1 May, to: []}
                  - {sku: a10g, per-device-second: 1, per-million-evaluation-pixels: 1, currency: USD, from: 2026-01-01}
                  - {sku: a10g, per-device-second: 1, currency: USD, from: 2026-02-01, to: 2026-01-01}
                  - just words
                """));
        values.put("price.per-device-second", "0.3");
        values.put("price.currency", "EUR");

        assertThat(problems(values))
                .containsExactly(
                        "price.per-device-second: goes without prices, which has prices and currencies of its own",
                        "price.currency: goes without prices, which has prices and currencies of its own",
                        "prices[0].per-second: no such key; there are currency, from, model, per-device-second,"
                                + " per-million-evaluation-pixels, sku, to",
                        "prices[0]: must have one of per-device-second and per-million-evaluation-pixels",
                        "prices[1].sku: must be set",
                        "prices[1].currency: must be a currency code such as USD, not \"dollars\"",
                        "prices[1].from: must be a day such as 2026-01-31, not \"1 May\"",
                        "prices[1].to: must be a day such as 2026-01-31, not \"\"",
                        "prices[1].per-device-second: must be a number that is not negative, not \"-1\"",
                        "prices[2]: must have one of per-device-second and per-million-evaluation-pixels",
                        "prices[3]: a price that holds from 2026-02-01T00:00:00Z can't end at 2026-01-01T00:00:00Z",
                        "prices[4]: must have sku, a price, currency and from");
    }

    @Test
    void aListIsAList() {
        assertThat(problems(Map.of("prices", "free")))
                .singleElement()
                .asString()
                .startsWith("prices: must be a list");
        assertThat(problems(Map.of("prices", "{}"))).containsExactly("prices: must be a list of prices");
        assertThat(problems(Map.of("prices", "[]"))).containsExactly("prices: there must be a price");
    }

    @Test
    void tellsWhichBundlesHaveNoPrice() throws IOException {
        PriceList list = read(file("""
                prices:
                  - {sku: a10g, per-device-second: 0.1, currency: USD, from: 2026-01-01, model: one}
                """));

        assertThat(PriceOptions.uncovered(list, List.of("one", "two"), MAY))
                .containsExactly("prices: no price holds now (2026-05-01T00:00:00Z) for bundle two");
    }

    private Map<String, String> file(String text) throws IOException {
        return ConfigSource.file(Files.writeString(folder.resolve("worker.yaml"), text));
    }

    private static PriceList read(Map<String, String> values) {
        return WorkerConfig.read(withLeast(values)).charges().prices();
    }

    private static List<String> problems(Map<String, String> values) {
        return catchThrowableOfType(ConfigException.class, () -> WorkerConfig.read(withLeast(values)))
                .problems();
    }

    private static Map<String, String> withLeast(Map<String, String> values) {
        Map<String, String> all = new HashMap<>(Map.of(
                "bundles", "a,b",
                "kafka.bootstrap-servers", "127.0.0.1:1",
                "registry.url", "http://127.0.0.1:2",
                "s3.bucket", "images"));
        all.putAll(values);
        return all;
    }
}

package dev.sluice.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.Evaluations;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PriceListTest {
    private static final Currency DOLLAR = Currency.getInstance("USD");
    private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant APRIL = Instant.parse("2026-04-01T00:00:00Z");
    private static final Instant JULY = Instant.parse("2026-07-01T00:00:00Z");

    private static final ListedPrice FIRST_QUARTER = listed("gpu", "1", null, JANUARY, APRIL);
    private static final ListedPrice SINCE_APRIL = listed("gpu", "2", null, APRIL, null);
    private static final ListedPrice LARGE_SINCE_APRIL = listed("large", "3", "large", APRIL, null);

    @Test
    void holdsFromItsFirstMomentUntilTheNextPricesFirst() {
        PriceList list = new PriceList(List.of(SINCE_APRIL, FIRST_QUARTER));

        assertThat(list.at(JANUARY, "any").perUnit()).isEqualByComparingTo("1");
        assertThat(list.at(APRIL.minusNanos(1), "any").perUnit()).isEqualByComparingTo("1");
        assertThat(list.at(APRIL, "any").perUnit()).isEqualByComparingTo("2");
        assertThat(list.overheadAt(APRIL).perUnit()).isEqualByComparingTo("2");
    }

    @Test
    void aBundlesOwnPriceGoesFirstWhileItHolds() {
        PriceList list = new PriceList(List.of(FIRST_QUARTER, SINCE_APRIL, LARGE_SINCE_APRIL));

        assertThat(list.at(JANUARY, "large").skuId()).isEqualTo("gpu");
        assertThat(list.at(JULY, "large").skuId()).isEqualTo("large");
        assertThat(list.at(JULY, "small").skuId()).isEqualTo("gpu");
        assertThat(list.overheadAt(JULY).skuId()).isEqualTo("gpu");
    }

    @Test
    void refusesWhatOverlapsOrLeavesAGapOrMixesCurrencies() {
        ListedPrice untilJuly = listed("gpu", "1", null, JANUARY, JULY);
        ListedPrice sinceJuly = listed("gpu", "2", null, JULY, null);
        ListedPrice euros = new ListedPrice(
                new Price("gpu", BigDecimal.ONE, Currency.getInstance("EUR")),
                Optional.empty(),
                APRIL,
                Optional.empty());

        assertThat(PriceList.contradictions(List.of(untilJuly, SINCE_APRIL)))
                .containsExactly("gpu from 2026-01-01T00:00:00Z to 2026-07-01T00:00:00Z and gpu from "
                        + "2026-04-01T00:00:00Z hold at once");
        assertThat(PriceList.contradictions(List.of(sinceJuly, FIRST_QUARTER)))
                .containsExactly("no price without a model holds from 2026-04-01T00:00:00Z to 2026-07-01T00:00:00Z");
        assertThat(PriceList.contradictions(List.of(FIRST_QUARTER, euros)))
                .containsExactly("a list has one currency, not EUR and USD");
        assertThat(PriceList.contradictions(List.of())).containsExactly("there must be a price");
        assertThat(PriceList.contradictions(List.of(FIRST_QUARTER, SINCE_APRIL, LARGE_SINCE_APRIL)))
                .isEmpty();
        assertThatThrownBy(() -> new PriceList(List.of(untilJuly, SINCE_APRIL, euros)))
                .hasMessageContaining("hold at once")
                .hasMessageContaining("one currency");
    }

    @Test
    void aGapOfOneBundleIsFilledByThePriceOfAll() {
        ListedPrice early = listed("large", "3", "large", JANUARY, APRIL);
        ListedPrice late = listed("large", "4", "large", JULY, null);

        assertThat(PriceList.contradictions(List.of(early, late)))
                .containsExactly("no price holds for large from 2026-04-01T00:00:00Z to 2026-07-01T00:00:00Z");
        assertThat(PriceList.contradictions(List.of(early, late, listed("gpu", "1", null, JANUARY, null))))
                .isEmpty();
    }

    @Test
    void tellsEveryBundleThatNoPriceHoldsForNow() {
        PriceList ofOne = new PriceList(List.of(LARGE_SINCE_APRIL));
        PriceList ended = new PriceList(List.of(FIRST_QUARTER));

        assertThat(ofOne.uncovered(List.of("small", "large", "medium"), JULY))
                .containsExactly(
                        "no price holds now (2026-07-01T00:00:00Z) for bundle medium",
                        "no price holds now (2026-07-01T00:00:00Z) for bundle small");
        assertThat(ofOne.uncovered(List.of("large"), JULY)).isEmpty();
        assertThat(ofOne.uncovered(List.of("large"), JANUARY)).hasSize(1);
        assertThat(ended.uncovered(List.of("small"), APRIL))
                .containsExactly(
                        "no price holds now (2026-04-01T00:00:00Z) for bundle small",
                        "no price without a model holds now (2026-04-01T00:00:00Z), for overhead");
        assertThat(ended.uncovered(List.of("small"), JANUARY)).isEmpty();
    }

    @Test
    void goesOnWithItsLastPriceAndBeginsWithItsFirst() {
        ListedPrice second = listed("gpu", "2", null, APRIL, JULY);
        PriceList list = new PriceList(List.of(second, FIRST_QUARTER));

        assertThat(list.at(JULY.plusSeconds(1), "any").perUnit()).isEqualByComparingTo("2");
        assertThat(list.at(JANUARY.minusSeconds(1), "any").perUnit()).isEqualByComparingTo("1");
    }

    @Test
    void overheadIsFreeWhereEveryPriceNamesABundle() {
        Price price = new PriceList(List.of(LARGE_SINCE_APRIL)).overheadAt(JULY);

        assertThat(price.skuId()).isEqualTo(PriceList.UNPRICED);
        assertThat(price.perUnit()).isZero();
    }

    @Test
    void chargesEvaluationsByThePixelsOfTheirBundle() {
        Price perMillion = new Price("pixels", PricingUnit.MILLION_EVALUATION_PIXELS, new BigDecimal("0.25"), DOLLAR);
        Tariff tariff = new Tariff(PriceList.always(perMillion), Map.of("glyphs", 1024L));
        Evaluations spent = new Evaluations(50, 10, 3, 40, 7, 2, 1);

        Tariff.Priced priced = tariff.request("glyphs", JULY, 123_456_789, spent);

        assertThat(priced.quantity()).isEqualByComparingTo("0.06656");
        assertThat(priced.cost()).isEqualByComparingTo("0.01664");
        assertThat(tariff.overhead(JULY, 123_456_789).cost()).isZero();
    }

    @Test
    void aPeriodMustEndAfterItBegins() {
        assertThatThrownBy(() -> listed("gpu", "1", null, APRIL, APRIL)).isInstanceOf(IllegalArgumentException.class);
    }

    private static ListedPrice listed(
            String sku, String perSecond, @Nullable String model, Instant from, @Nullable Instant to) {
        return new ListedPrice(
                new Price(sku, new BigDecimal(perSecond), DOLLAR),
                Optional.ofNullable(model),
                from,
                Optional.ofNullable(to));
    }
}

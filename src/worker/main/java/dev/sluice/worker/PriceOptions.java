package dev.sluice.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.pricing.ListedPrice;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.PriceList;
import dev.sluice.pricing.PricingUnit;
import dev.sluice.text.JsonFault;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code prices}, or {@code price.*} as shorthand for one price without dates. Each problem is told with its path, such as
 * {@code prices[1].from}.
 */
public final class PriceOptions {
    private static final String LIST = "prices";
    private static final String SKU = "price.sku";
    private static final String PER_SECOND = "price.per-device-second";
    private static final String CURRENCY = "price.currency";

    private static final Set<String> FIELDS = Stream.concat(
                    Stream.of("sku", "currency", "from", "to", "model"),
                    Arrays.stream(PricingUnit.values()).map(PricingUnit::key))
            .collect(Collectors.toUnmodifiableSet());

    private final ConfigReader reader;
    private boolean sound = true;

    private PriceOptions(ConfigReader reader) {
        this.reader = reader;
    }

    /** This worker's price list; every problem goes to the reader, and something free of charge stands in. */
    static PriceList read(ConfigReader reader) {
        return new PriceOptions(reader).read();
    }

    /** The problems of a price list against the bundles served, as the configuration's problems are told. */
    static List<String> uncovered(PriceList prices, Collection<String> models, Instant now) {
        return prices.uncovered(models, now).stream()
                .map(problem -> LIST + ": " + problem)
                .toList();
    }

    /** A sentence where something is charged at a price of 0 now; empty where nothing is. */
    public static Optional<String> freeNote(PriceList prices, Instant now) {
        return prices.isFreeAt(now)
                ? Optional.of("Price 0: no price is configured, so charges cost nothing. Set " + PER_SECOND + ", or "
                        + LIST + ".")
                : Optional.empty();
    }

    private PriceList read() {
        if (reader.optionalText(LIST).isEmpty()) {
            return PriceList.always(onePrice());
        }
        for (String alone : List.of(PER_SECOND, CURRENCY)) {
            if (reader.isSet(alone)) {
                problem(alone, "goes without " + LIST + ", which has prices and currencies of its own");
            }
        }
        List<ListedPrice> all = prices();
        List<ListedPrice> own = reader.optionalText(SKU)
                .map(sku -> all.stream()
                        .filter(price -> price.price().skuId().equals(sku))
                        .toList())
                .orElse(all);
        if (own.isEmpty() && !all.isEmpty()) {
            TreeSet<String> skus = new TreeSet<>();
            all.forEach(price -> skus.add(price.price().skuId()));
            problem(SKU, "no price of " + LIST + " has this SKU; they have " + String.join(", ", skus));
        } else if (sound) {
            PriceList.contradictions(own).forEach(problem -> problem(LIST, problem));
        }
        return sound ? new PriceList(own) : standIn();
    }

    private Price onePrice() {
        for (String given : List.of(SKU, CURRENCY)) {
            if (reader.isGiven(given) && !reader.isGiven(PER_SECOND)) {
                problem(PER_SECOND, "must be set where " + given + " is; 0 for a price of nothing");
            }
        }
        String sku = reader.optionalText(SKU).orElse("device-second");
        BigDecimal perSecond = reader.decimal(PER_SECOND);
        Currency currency = reader.currency(CURRENCY);
        try {
            return new Price(sku, perSecond, currency);
        } catch (IllegalArgumentException e) {
            reader.problem(PER_SECOND, String.valueOf(e.getMessage()));
            return Price.free(sku, currency);
        }
    }

    /** The prices that can be read. */
    private List<ListedPrice> prices() {
        JsonNode list;
        try {
            list = JsonMapper.builder()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build()
                    .readTree(reader.text(LIST));
        } catch (JsonProcessingException e) {
            problem(LIST, "must be a list of prices; in a variable, as JSON (" + JsonFault.described(e) + ")");
            return List.of();
        }
        if (!list.isArray()) {
            problem(LIST, "must be a list of prices");
            return List.of();
        }
        List<ListedPrice> prices = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            price(LIST + "[" + i + "]", list.get(i)).ifPresent(prices::add);
        }
        return prices;
    }

    private Optional<ListedPrice> price(String path, JsonNode node) {
        if (!node.isObject()) {
            problem(path, "must have sku, a price, currency and from");
            return Optional.empty();
        }
        node.propertyStream()
                .map(Map.Entry::getKey)
                .filter(name -> !FIELDS.contains(name))
                .forEach(name -> problem(
                        path + "." + name, "no such key; there are " + String.join(", ", new TreeSet<>(FIELDS))));
        Optional<String> sku = required(path, node, "sku", "a name", text -> text);
        Optional<Currency> currency =
                required(path, node, "currency", "a currency code such as USD", Currency::getInstance);
        Optional<Instant> from = required(path, node, "from", "a day such as 2026-01-31", PriceOptions::startOfDay);
        Optional<Instant> to = given(path, node, "to", "a day such as 2026-01-31", PriceOptions::startOfDay);
        Optional<String> model = given(path, node, "model", "a bundle's name", text -> text);
        List<PricingUnit> units = Arrays.stream(PricingUnit.values())
                .filter(unit -> node.has(unit.key()))
                .toList();
        if (units.size() != 1) {
            problem(
                    path,
                    "must have one of "
                            + Arrays.stream(PricingUnit.values())
                                    .map(PricingUnit::key)
                                    .collect(Collectors.joining(" and ")));
            return Optional.empty();
        }
        PricingUnit unit = units.getFirst();
        Optional<BigDecimal> perUnit =
                required(path, node, unit.key(), "a number that is not negative", PriceOptions::amount);
        if (sku.isEmpty() || currency.isEmpty() || from.isEmpty() || perUnit.isEmpty()) {
            return Optional.empty();
        }
        try {
            Price price = new Price(sku.get(), unit, perUnit.get(), currency.get());
            return Optional.of(new ListedPrice(price, model, from.get(), to));
        } catch (IllegalArgumentException e) {
            problem(path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private <T> Optional<T> required(
            String path, JsonNode node, String field, String expected, Function<String, T> parser) {
        if (!node.hasNonNull(field)) {
            problem(path + "." + field, "must be set");
            return Optional.empty();
        }
        return given(path, node, field, expected, parser);
    }

    private <T> Optional<T> given(
            String path, JsonNode node, String field, String expected, Function<String, T> parser) {
        if (!node.hasNonNull(field)) {
            return Optional.empty();
        }
        String text = node.get(field).asText().strip();
        try {
            if (node.get(field).isValueNode() && !text.isEmpty()) {
                return Optional.of(parser.apply(text));
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            // Told below, with the path.
        }
        problem(path + "." + field, "must be " + expected + ", not \"" + text + "\"");
        return Optional.empty();
    }

    private static BigDecimal amount(String text) {
        BigDecimal amount = new BigDecimal(text);
        if (amount.signum() < 0) {
            throw new IllegalArgumentException("negative");
        }
        return amount;
    }

    private static Instant startOfDay(String day) {
        return LocalDate.parse(day).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private void problem(String path, String message) {
        sound = false;
        reader.problem(path, message);
    }

    /** Stands in for the price list until the problems are reported. */
    private static PriceList standIn() {
        return PriceList.always(Price.free(PriceList.UNPRICED, Currency.getInstance("USD")));
    }
}

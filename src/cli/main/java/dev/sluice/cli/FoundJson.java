package dev.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.lookup.Found;
import dev.sluice.lookup.Known;
import dev.sluice.lookup.Standing;
import dev.sluice.pricing.Price;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * What {@code sluice get --json} prints of a request: one object, with every field always there. Events are as {@code submit
 * --json} prints them; money and seconds are strings with every digit, as no reader should make doubles of them.
 */
final class FoundJson {
    private static final JsonMapper JSON = new JsonMapper();

    private FoundJson() {}

    static ObjectNode of(Found found, FoundImages images, Known known) {
        ObjectNode node = JSON.createObjectNode();
        node.put("requestId", found.requestId());
        node.put("state", FoundState.of(found.standing()).name().toLowerCase(Locale.ROOT));
        node.put("at", text(at(found.standing())));
        node.set("outcome", outcome(found.standing()));
        node.set(
                "progress",
                found.standing() instanceof Standing.UnderWay(var progress, var at)
                        ? event(progress)
                        : JSON.nullNode());
        node.set(
                "deadLetter",
                found.standing() instanceof Standing.DeadLetter letter
                        ? letter(letter)
                        : found.letter().map(FoundJson::letter).orElseGet(JSON::nullNode));
        ArrayNode charges = node.putArray("charges");
        found.charges().forEach(charge -> write(charge, charges.addObject()));
        ArrayNode files = node.putArray("files");
        images.images().forEach(image -> write(image, files.addObject()));
        ObjectNode knows = node.putObject("known");
        knows.put("complete", known.complete());
        knows.put("since", text(known.since().orElse(null)));
        ArrayNode notes = knows.putArray("notes");
        known.sentences().forEach(notes::add);
        return node;
    }

    private static JsonNode outcome(Standing standing) {
        return switch (standing) {
            case Standing.Completed(var outcome, var at) -> event(outcome);
            case Standing.Failed(var outcome, var at) -> event(outcome);
            case Standing.UnderWay none -> JSON.nullNode();
            case Standing.DeadLetter none -> JSON.nullNode();
            case Standing.Waiting none -> JSON.nullNode();
            case Standing.Unknown none -> JSON.nullNode();
        };
    }

    private static @Nullable Instant at(Standing standing) {
        return switch (standing) {
            case Standing.Completed(var outcome, Instant at) -> at;
            case Standing.Failed(var outcome, Instant at) -> at;
            case Standing.UnderWay(var progress, Instant at) -> at;
            case Standing.DeadLetter(var letter, boolean sentBack) -> letter.writtenAt();
            case Standing.Waiting(Instant publishedAt) -> publishedAt;
            case Standing.Unknown none -> null;
        };
    }

    private static void write(CostIncurred charge, ObjectNode node) {
        node.put("costId", charge.getCostId())
                .put("tenantId", charge.getTenantId())
                .put("sku", charge.getSkuId())
                .put("start", charge.getChargePeriodStart().toString())
                .put("end", charge.getChargePeriodEnd().toString())
                .put("deviceSeconds", plain(Price.seconds(charge.getDeviceNanos())))
                .put("pricingUnit", charge.getPricingUnit())
                .put("pricingQuantity", plain(charge.getPricingQuantity()))
                .put("listUnitPrice", plain(charge.getListUnitPrice()))
                .put("listCost", plain(charge.getListCost()))
                .put("effectiveCost", plain(charge.getEffectiveCost()))
                .put("currency", charge.getBillingCurrency());
    }

    private static void write(FoundImages.FoundImage image, ObjectNode node) {
        node.put("index", image.image().getIndex())
                .put("uri", image.uri())
                .put("sizeBytes", image.image().getSizeBytes())
                .put("sha256", image.image().getSha256())
                .put("link", image.link().map(link -> link.url()).orElse(null))
                .put(
                        "linkExpiresAt",
                        image.link().map(link -> link.expiresAt().toString()).orElse(null))
                .put("path", image.file().map(Path::toString).orElse(null))
                .put("notSaved", image.missing().orElse(null));
    }

    private static JsonNode letter(Standing.DeadLetter letter) {
        return DlqListCommand.asJson(letter.letter(), letter.sentBack());
    }

    private static JsonNode event(SpecificRecord event) {
        try {
            return JSON.readTree(event.toString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private static @Nullable String text(@Nullable Instant moment) {
        return moment == null ? null : moment.toString();
    }
}

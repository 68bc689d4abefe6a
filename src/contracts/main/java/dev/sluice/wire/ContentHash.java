package dev.sluice.wire;

import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;

/**
 * Tells the same request again from another one under the same id.
 *
 * <p>The hash runs over the names and values of the fields that differ from their defaults, nested ones by nested name,
 * maps by key. So it depends neither on the order of tags nor on fields that the contract gains later and the request
 * leaves alone: a request seen before an upgrade is recognised after it. For that, a field's default is the one that it
 * was released with, even if the contract has another one now.
 */
public final class ContentHash {
    /** Fields whose default has changed, with the one that counts here. */
    private static final Map<String, Object> FIRST_DEFAULTS = Map.of(
            "GenerationRequested.sampler",
            new SamplerSpec(SamplerKind.DDIM, 50, 0.0),
            "SamplerSpec.kind",
            SamplerKind.DDIM,
            "SamplerSpec.steps",
            50);

    private ContentHash() {}

    /** SHA-256 as 64 lower-case hex digits. */
    public static String of(GenerationRequested request) {
        MessageDigest digest = sha256();
        try (var out = new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
            writeRecord(out, request);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void writeRecord(DataOutputStream out, IndexedRecord record) throws IOException {
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            if (!isDefault(record.getSchema(), field, value)) {
                writeText(out, field.name());
                writeValue(out, value);
            }
        }
        out.writeByte('}');
    }

    private static boolean isDefault(Schema record, Schema.Field field, @Nullable Object value) {
        if (!field.hasDefaultValue()) {
            return false;
        }
        Object fallback = FIRST_DEFAULTS.get(record.getName() + "." + field.name());
        if (fallback == null) {
            fallback = SpecificData.getForSchema(field.schema()).getDefaultValue(field);
        }
        return value == null ? fallback == null : value.equals(fallback);
    }

    private static void writeValue(DataOutputStream out, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeByte('0');
            case IndexedRecord record -> writeRecord(out, record);
            case Map<?, ?> map -> {
                out.writeInt(map.size());
                for (Map.Entry<?, ?> entry : new TreeMap<>(map).entrySet()) {
                    writeText(out, String.valueOf(entry.getKey()));
                    writeValue(out, entry.getValue());
                }
            }
            case Collection<?> items -> {
                out.writeInt(items.size());
                for (Object item : items) {
                    writeValue(out, item);
                }
            }
            // Numbers, booleans, enum symbols and instants have one text each.
            case Object leaf -> writeText(out, leaf.toString());
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}

package dev.sluice.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.request.StoredImage;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What was found under an image's key, where the image itself could not be written or was not seen to arrive.
 *
 * <p>An address names what was asked. An image that was made for anything else has another address, even under the same
 * tenant and id. A whole image of the same address may still differ from the one in hand: another release compresses
 * differently, and a worker with other batch sizes has other last bits. A completion may have named it already, so it
 * stays.
 */
sealed interface StoredContent {
    /** A whole image of the address, the one in hand or an earlier one. */
    record Whole(StoredImage image) implements StoredContent {}

    /** Bytes other than their writer meant to write, so no completion can have named them. */
    record Damaged() implements StoredContent {}

    /** An object that is not an image of the wanted address. Sluice leaves it alone. */
    record Foreign() implements StoredContent {}

    /**
     * Looks at an object.
     *
     * @param wanted the image in hand
     * @param content all of the object's bytes
     * @param noted the SHA-256 that the object's writer left in its metadata, lower-case hex; empty where there is none
     */
    static StoredContent judge(ImageAddress address, StoredImage wanted, byte[] content, Optional<String> noted) {
        String sha256 = HexFormat.of().formatHex(Sha256.of(content));
        if (sha256.equals(wanted.sha256())) {
            return new Whole(wanted);
        }
        if (noted.isPresent() && !noted.get().equals(sha256)) {
            return new Damaged();
        }
        return isImageOf(address, content)
                ? new Whole(new StoredImage(
                        wanted.index(), wanted.bucket(), wanted.key(), sha256, content.length, wanted.seed(), true))
                : new Foreign();
    }

    /** Whether it is a whole PNG that says of itself to be this image. */
    private static boolean isImageOf(ImageAddress address, byte[] content) {
        try {
            Optional<String> provenance = PngMetadata.read(content).provenance();
            if (provenance.isEmpty()) {
                return false;
            }
            JsonNode json = new ObjectMapper().readTree(provenance.get());
            return json.path("request").asText().equals(ObjectKeys.requestDigest(address.request(), address.bundle()))
                    && json.path("image").asInt(-1) == address.index();
        } catch (IllegalArgumentException | JsonProcessingException e) {
            return false;
        }
    }
}

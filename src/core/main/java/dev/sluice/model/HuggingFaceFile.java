package dev.sluice.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.sluice.model.BundleManifest.TokenizerFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A tokenizer as its file describes it: normalisation, vocabulary, special tokens, and which ids are cut and padded with
 * on which side. The file stands for itself; nothing is fetched, and the native library lies on the class path.
 */
final class HuggingFaceFile implements Tokenizer {
    private final HuggingFaceTokenizer tokenizer;
    private final int maxTokens;

    private HuggingFaceFile(HuggingFaceTokenizer tokenizer, int maxTokens) {
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
    }

    /**
     * Reads a verified file, and finds out whether it does what the manifest says.
     *
     * @throws BundleException if it is no tokenizer, one of another length, or no longer what was verified
     */
    static Tokenizer read(VerifiedBundle verified, TokenizerFile file) {
        String where = verified.manifest().name() + ": " + file.file();
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try {
            verified.file(file.file(), file.sha256()).read(content -> content.transferTo(json));
            // As a stream: next to a path the library looks for further files, which nobody has verified. And without
            // being told, the library pads to the longest text given, not as the file says.
            HuggingFaceTokenizer read = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(json.toByteArray()),
                    Map.of(
                            "truncation", "true",
                            "padding", "max_length",
                            "maxLength", String.valueOf(file.maxTokens())));
            HuggingFaceFile tokenizer = new HuggingFaceFile(read, file.maxTokens());
            tokenizer.tokens("");
            return tokenizer;
        } catch (IOException | RuntimeException e) {
            throw new BundleException(where + " is no tokenizer for this bundle: " + e.getMessage(), e);
        }
    }

    @Override
    public long[] tokens(String text) {
        // Through UTF-8 and back, so that a surrogate without its other half is one question mark.
        String wellFormed = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        long[] ids = tokenizer.encode(wellFormed).getIds();
        if (ids.length != maxTokens) {
            throw new IllegalStateException(ids.length + " tokens, not " + maxTokens);
        }
        return ids;
    }
}

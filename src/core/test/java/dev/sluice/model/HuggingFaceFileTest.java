package dev.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.model.BundleManifest.TextCondition;
import dev.sluice.model.BundleManifest.TokenizerFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Compared with the ids that the Python library gives; src/core/test/resources/bundles/make_tiny.py wrote them down. */
class HuggingFaceFileTest {
    private static final Path BUNDLES = Path.of("src", "core", "test", "resources", "bundles");

    private final VerifiedBundle bundle = VerifiedBundle.read(BUNDLES.resolve("tiny-cascade"));
    private final TextCondition condition = (TextCondition) bundle.manifest().condition();
    private final Tokenizer tokenizer = HuggingFaceFile.read(bundle, condition.tokenizer());
    private final Tokenizer guides = HuggingFaceFile.read(
            bundle, bundle.manifest().guideCondition().orElseThrow().tokenizer());

    @Test
    void givesTheIdsThatThePythonLibraryGives() throws IOException {
        JsonNode cases =
                new JsonMapper().readTree(BUNDLES.resolve("tokens.json").toFile());
        assertThat(cases).hasSizeGreaterThan(10);
        for (JsonNode node : cases) {
            String text = node.get("text").asText();

            assertThat(tokenizer.tokens(text)).as(text).isEqualTo(ids(node.get("ids")));
            assertThat(guides.tokens(text)).as(text).isEqualTo(ids(node.get("guideIds")));
        }
    }

    @Test
    void anyTextHasAsManyIdsAsTheModelTakes() {
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            // Units, not code points: half of a surrogate pair alone, and what no alphabet has.
            String text = IntStream.range(0, random.nextInt(60))
                    .map(at -> random.nextInt(random.nextBoolean() ? 0x10000 : 0x80))
                    .collect(StringBuilder::new, (all, unit) -> all.append((char) unit), StringBuilder::append)
                    .toString();

            assertThat(tokenizer.tokens(text)).hasSize(16);
            assertThat(guides.tokens(text)).hasSize(8);
        }
        assertThat(tokenizer.tokens("a red circle ".repeat(10_000))).hasSize(16);
    }

    @Test
    void halfASurrogatePairIsAQuestionMark() {
        assertThat(tokenizer.tokens("a \ud83c circle")).isEqualTo(tokenizer.tokens("a ? circle"));
    }

    @Test
    void givesTheSameIdsToManyThreads() {
        List<String> texts = IntStream.range(0, 2_000)
                .mapToObj(i -> "a red circle " + i % 200)
                .toList();
        List<long[]> alone = texts.stream().map(tokenizer::tokens).toList();

        List<long[]> together = texts.parallelStream().map(tokenizer::tokens).toList();

        assertThat(together.toArray(long[][]::new)).isDeepEqualTo(alone.toArray(long[][]::new));
    }

    private static long[] ids(JsonNode node) {
        return IntStream.range(0, node.size())
                .mapToLong(at -> node.get(at).asLong())
                .toArray();
    }

    @Test
    void refusesAFileThatIsNoTokenizer() {
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> HuggingFaceFile.read(
                        bundle,
                        new TokenizerFile("bundle.json", bundle.identity().sha256(), 16)))
                .withMessageContaining("bundle.json is no tokenizer");
    }
}

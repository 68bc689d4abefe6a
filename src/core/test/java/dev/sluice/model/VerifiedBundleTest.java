package dev.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.FinalAlphaBar;
import dev.sluice.diffusion.Spacing;
import dev.sluice.diffusion.TrainedProcess;
import dev.sluice.model.RowLayout.Input;
import dev.sluice.request.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifiedBundleTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private Path parent;

    private Path directory;
    private ObjectNode manifest;

    @BeforeEach
    void completeBundle() throws IOException {
        directory = Files.createDirectory(parent.resolve("bundle"));
        manifest = (ObjectNode) JSON.readTree("""
                {
                  "formatVersion": 1,
                  "name": "shapes",
                  "version": "1.2.3",
                  "family": "adm",
                  "licence": "Apache-2.0",
                  "image": {"channels": 3, "height": 4, "width": 4},
                  "sample": {"channels": 3, "height": 4, "width": 4},
                  "diffusion": {
                    "betaSchedule": "cosine",
                    "trainSteps": 100,
                    "prediction": "epsilon",
                    "variance": "learned_range",
                    "clipDenoised": true
                  },
                  "condition": {"kind": "class", "classes": ["circle", "square"], "nullClass": 2},
                  "guidance": {"guidedChannels": 3},
                  "defaults": {"steps": 10, "classifierFreeScale": 2.0, "classifierScale": 4.0},
                  "modules": {}
                }
                """);
        module("denoiser", "denoiser.pt");
        module("guide", "guide.pt");
    }

    @Test
    void acceptsABundleWhoseFilesAreWhatTheManifestSays() throws IOException {
        VerifiedBundle verified = read();

        assertThat(verified.manifest().classCondition().classes()).containsExactly("circle", "square");
        assertThat(verified.module("denoiser")).map(VerifiedFile::path).contains(directory.resolve("denoiser.pt"));
        assertThat(verified.module("auditor")).isEmpty();
        assertThat(verified.identity().name()).isEqualTo("shapes");
        assertThat(verified.identity().version()).isEqualTo("1.2.3");
        assertThat(verified.identity().toString()).contains(sha256(directory.resolve("bundle.json")));
    }

    @Test
    void acceptsFieldsOfLaterReleases() throws IOException {
        manifest.put("description", "shapes of one colour");

        assertThat(read().manifest().name()).isEqualTo("shapes");
    }

    @Test
    void visitsTimestepsEvenlyToNoNoiseUnlessTold() throws IOException {
        BundleManifest.Diffusion diffusion = read().manifest().diffusion();

        assertThat(diffusion.process()).isEqualTo(TrainedProcess.evenly(BetaSchedule.COSINE, 100));
    }

    @Test
    void visitsTimestepsAsStableDiffusionDoesWhereTold() throws IOException {
        ((ObjectNode) manifest.required("diffusion"))
                .put("betaSchedule", "scaled_linear")
                .put("spacing", "leading")
                .put("stepsOffset", 1)
                .put("finalAlphaBar", "first");

        assertThat(read().manifest().diffusion().process())
                .isEqualTo(
                        new TrainedProcess(BetaSchedule.SCALED_LINEAR, 100, Spacing.LEADING, 1, FinalAlphaBar.FIRST));
    }

    @Test
    void refusesAnOffsetThatNoFamilyHas() {
        ((ObjectNode) manifest.required("diffusion")).put("stepsOffset", 2);

        assertThatThrownBy(this::read).isInstanceOf(BundleException.class).hasMessageContaining("stepsOffset");
    }

    @Test
    void refusesAFileWithAnotherChecksum() throws IOException {
        Files.writeString(directory.resolve("guide.pt"), "tampered with");

        refuses("guide: guide.pt has checksum " + sha256(directory.resolve("guide.pt")));
    }

    @Test
    void refusesAMissingFile() throws IOException {
        Files.delete(directory.resolve("denoiser.pt"));

        refuses("denoiser: denoiser.pt is missing");
    }

    @Test
    void refusesAFolderInPlaceOfAFile() throws IOException {
        Files.delete(directory.resolve("denoiser.pt"));
        Files.createDirectory(directory.resolve("denoiser.pt"));

        refuses("denoiser: denoiser.pt is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside.pt", "inner/../../outside.pt", "../bundle-two/outside.pt"})
    void refusesAFileOutsideTheBundleEvenWithTheRightChecksum(String file) throws IOException {
        Files.createDirectories(parent.resolve("bundle-two"));
        Files.createDirectories(directory.resolve("inner"));
        module("denoiser", file);

        refuses("denoiser: " + file + " lies outside the bundle");
    }

    @Test
    void refusesAnAbsolutePath() throws IOException {
        module("denoiser", parent.resolve("outside.pt").toString());

        refuses("lies outside the bundle");
    }

    @Test
    void comparesPathsOfARelativeDirectory() throws IOException {
        Files.writeString(directory.resolve("bundle.json"), manifest.toString());
        Path relative = Path.of("").toAbsolutePath().relativize(directory);

        assertThat(VerifiedBundle.read(relative).manifest().name()).isEqualTo("shapes");
    }

    @Test
    void refusesABundleWithoutADenoiser() throws IOException {
        ((ObjectNode) manifest.get("modules")).remove("denoiser");

        refuses("no module in the role denoiser");
    }

    @Test
    void refusesAFormatThatItDoesNotRead() throws IOException {
        manifest.put("formatVersion", 2);

        refuses("formatVersion is 2, this release reads 1");
    }

    @Test
    void refusesMoreGuidedChannelsThanThereAre() throws IOException {
        ((ObjectNode) manifest.get("guidance")).put("guidedChannels", 4);

        refuses("guidance.guidedChannels is 4, sample.channels is 3");
    }

    @Test
    void refusesToGuideNoChannelAtAll() {
        ((ObjectNode) manifest.get("guidance")).put("guidedChannels", 0);

        refuses("guidance.guidedChannels is 0");
    }

    @Test
    void takesADenoiserAsTrainedForClassifierFreeGuidanceUnlessTold() throws IOException {
        assertThat(read().manifest().guidance().classifierFree()).isTrue();
        assertThat(read().manifest().classCondition().nullClassTrained()).isTrue();

        ((ObjectNode) manifest.get("guidance")).put("classifierFree", false);
        ((ObjectNode) manifest.get("condition")).put("nullClassTrained", false);

        assertThat(read().manifest().guidance().classifierFree()).isFalse();
        assertThat(read().manifest().classCondition().nullClassTrained()).isFalse();
        assertThat(read().manifest().knowingNoPrompt().guidance().classifierFree())
                .isTrue();
        assertThat(read().manifest().knowingNoPrompt().knowsNoPrompt()).isTrue();
    }

    @Test
    void refusesTrainingStepsThatTheScheduleHasNoNoiseFor() {
        ((ObjectNode) manifest.get("diffusion")).put("betaSchedule", "linear").put("trainSteps", 20);

        refuses("diffusion.trainSteps is 20", "outside (0, 1)");
    }

    @Test
    void refusesToEncodeTextsForABundleOfClasses() throws IOException {
        module("text_encoder", "text_encoder.pt");

        refuses("condition.kind text needs a module in the role text_encoder, and no other kind has one");
    }

    @Test
    void listsEveryProblemAtOnce() throws IOException {
        manifest.put("formatVersion", 2);
        Files.delete(directory.resolve("denoiser.pt"));
        Files.writeString(directory.resolve("guide.pt"), "tampered with");

        refuses("formatVersion is 2", "denoiser.pt is missing", "guide.pt has checksum", directory.toString());
    }

    @Test
    void refusesADirectoryWithoutAManifest() {
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> VerifiedBundle.read(directory))
                .withMessageEndingWith("cannot read bundle.json: there is no such file or folder");
    }

    @Test
    void refusesMalformedJson() throws IOException {
        Files.writeString(directory.resolve("bundle.json"), "{\"formatVersion\": 1,");

        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> VerifiedBundle.read(directory))
                .withMessageEndingWith(
                        "cannot read bundle.json: line 1, column 21: the text ends before its object does");
    }

    @ParameterizedTest
    @ValueSource(strings = {"formatVersion", "name", "version", "sample", "diffusion", "condition", "modules"})
    void refusesAManifestWithoutARequiredField(String field) throws IOException {
        manifest.remove(field);
        refuses("cannot read bundle.json", field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"formatVersion", "name", "version", "sample", "diffusion", "condition", "modules"})
    void refusesAManifestWithANullField(String field) throws IOException {
        manifest.putNull(field);
        refuses("cannot read bundle.json", field);
    }

    @Test
    void refusesAModuleWithoutAFileName() throws IOException {
        ((ObjectNode) manifest.at("/modules/denoiser")).putNull("file");

        refuses("cannot read bundle.json", "file");
    }

    @Test
    void refusesAnUnknownKindOfCondition() throws IOException {
        ((ObjectNode) manifest.get("condition")).put("kind", "telepathy");

        refuses("cannot read bundle.json", "telepathy");
    }

    @Test
    void acceptsTextsWithAGuideOfTheirOwnAndASecondStage() throws IOException {
        cascade();
        BundleManifest read = read().manifest();

        assertThat(read.layout(Network.UPSAMPLER))
                .isEqualTo(
                        RowLayout.of(Input.floats(3, 8, 8), Input.integers(), Input.floats(3, 4, 4), Input.floats(12)));
        assertThat(read.layout(Network.GUIDE))
                .isEqualTo(RowLayout.of(Input.floats(3, 4, 4), Input.integers(), Input.floats(5)));
        assertThat(read.layout(Network.GUIDE_TEXT_ENCODER)).isEqualTo(RowLayout.of(Input.integers(8)));
        assertThat(read.layout(Network.DECODER)).isEqualTo(RowLayout.of(Input.floats(3, 8, 8)));
        assertThat(read.upsampler().orElseThrow().diffusion().process())
                .isEqualTo(TrainedProcess.evenly(BetaSchedule.LINEAR, 1000));
    }

    @Test
    void guideOfTextsWithoutOneOfItsOwnIsToldWhatTheDenoiserIs() throws IOException {
        cascade();
        manifest.remove("guideCondition");
        modules().remove("guide_text_encoder");

        assertThat(read().manifest().layout(Network.GUIDE))
                .isEqualTo(RowLayout.of(Input.floats(3, 4, 4), Input.integers(), Input.floats(12)));
    }

    @Test
    void refusesATokenizerWithAnotherChecksum() throws IOException {
        cascade();
        Files.writeString(directory.resolve("guide-tokenizer.json"), "tampered with");

        refuses("guide_text_encoder's tokenizer: guide-tokenizer.json has checksum");
    }

    @Test
    void refusesATokenizerOutsideTheBundle() throws IOException {
        cascade();
        tokenizer("condition").put("file", "../tokenizer.json");

        refuses("text_encoder's tokenizer: ../tokenizer.json lies outside the bundle");
    }

    @Test
    void refusesTextsThatNobodyEncodes() throws IOException {
        cascade();
        modules().remove("text_encoder");
        modules().remove("guide_text_encoder");

        refuses(
                "condition.kind text needs a module in the role text_encoder",
                "guideCondition and a module in the role guide_text_encoder");
    }

    @Test
    void refusesASecondStageThatContradictsItself() throws IOException {
        cascade();
        ObjectNode upsampler = (ObjectNode) manifest.required("upsampler");
        upsampler.put("noiseScale", 0);
        upsampler.putArray("timesteps").add(5).add(5).add(1000);

        refuses("upsampler.noiseScale is 0", "5 follows 5", "1000 follows 5");
    }

    @Test
    void refusesASecondStageWithoutItsModule() throws IOException {
        cascade();
        modules().remove("upsampler");

        refuses("upsampler needs both its section and a module");
    }

    @Test
    void refusesAPictureThatDoesNotComeOut() throws IOException {
        ((ObjectNode) manifest.required("image")).put("height", 8);

        refuses("without a decoder");
    }

    @Test
    void refusesAGuideOfTextsForABundleOfClasses() throws IOException {
        cascade();
        manifest.set("condition", JSON.readTree("""
                {"kind": "class", "classes": ["circle"], "nullClass": 1}
                """));

        refuses("guideCondition needs condition.kind to be text");
    }

    @Test
    void refusesANullClassThatThereIsNot() throws IOException {
        ((ObjectNode) manifest.required("condition")).put("nullClass", 3);

        refuses("condition.nullClass is 3, there are 2 classes");
    }

    /** Makes it a bundle of texts with everything that one can have but a decoder. */
    private void cascade() throws IOException {
        ((ObjectNode) manifest.required("image")).put("height", 8).put("width", 8);
        manifest.set("condition", text(12, "tokenizer.json", 16));
        manifest.set("guideCondition", text(5, "guide-tokenizer.json", 8));
        manifest.set("upsampler", JSON.readTree("""
                {
                  "sample": {"channels": 3, "height": 8, "width": 8},
                  "diffusion": {
                    "betaSchedule": "linear",
                    "trainSteps": 1000,
                    "prediction": "epsilon",
                    "variance": "learned_range",
                    "clipDenoised": true
                  },
                  "timesteps": [0, 40, 997],
                  "noiseScale": 0.997
                }
                """));
        module("text_encoder", "text_encoder.pt");
        module("guide_text_encoder", "guide_text_encoder.pt");
        module("upsampler", "upsampler.pt");
    }

    private ObjectNode text(int elements, String file, int tokens) throws IOException {
        Path path = directory.resolve(file);
        Files.writeString(path, "tokenizer " + file);
        ObjectNode text = JSON.createObjectNode().put("kind", "text").put("contextElements", elements);
        text.putObject("tokenizer")
                .put("file", file)
                .put("sha256", sha256(path))
                .put("maxTokens", tokens);
        return text;
    }

    private ObjectNode tokenizer(String condition) {
        return (ObjectNode) manifest.required(condition).required("tokenizer");
    }

    private ObjectNode modules() {
        return (ObjectNode) manifest.required("modules");
    }

    /** Writes a file and enters it in the manifest. */
    private void module(String role, String file) throws IOException {
        Path path = directory.resolve(file);
        Files.writeString(path, "module " + role);
        ((ObjectNode) manifest.get("modules"))
                .set(role, JSON.valueToTree(Map.of("file", file, "sha256", sha256(path))));
    }

    private VerifiedBundle read() throws IOException {
        Files.writeString(directory.resolve("bundle.json"), manifest.toString());
        return VerifiedBundle.read(directory);
    }

    private void refuses(String... parts) {
        assertThatExceptionOfType(BundleException.class).isThrownBy(this::read).withMessageContainingAll(parts);
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}

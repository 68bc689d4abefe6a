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
        assertThat(verified.module("denoiser")).contains(directory.resolve("denoiser.pt"));
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
                .withMessageContaining("cannot read bundle.json");
    }

    @Test
    void refusesMalformedJson() throws IOException {
        Files.writeString(directory.resolve("bundle.json"), "{\"formatVersion\": 1,");

        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> VerifiedBundle.read(directory))
                .withMessageContaining("cannot read bundle.json");
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

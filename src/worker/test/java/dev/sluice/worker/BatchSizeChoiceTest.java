package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.FinalAlphaBar;
import dev.sluice.diffusion.Spacing;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.BatchSizeSweep;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.RowFunction;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import dev.sluice.request.SamplerSettings;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchSizeChoiceTest {
    private static final PerNetwork AUTO = PerNetwork.NONE;

    @TempDir
    private Path folder = Path.of("");

    private Path file = Path.of("");
    private final StartReport report = new StartReport(System::nanoTime);
    private Optional<String> inTheWay = Optional.empty();
    private long nanos;
    private int calls;

    /** How many times as long as it should each second call takes. */
    private int slowdown = 1;

    private long nanosPerCall = 1_000_000;
    private final Map<Network, Integer> largestCalls = new EnumMap<>(Network.class);

    @AfterEach
    void endTheReport() {
        report.close();
    }

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("state/call-sizes.json");
    }

    @Test
    void choosesTheKneeOfEachNetwork() {
        assertThat(sizes("cpu").choose(bundle("a", 16, 4), AUTO)).isEqualTo(rows(16, 4));
    }

    @Test
    void measuresNothingThatIsConfigured() {
        BatchSizes chosen = sizes("cpu")
                .choose(bundle("a", 16, 4), PerNetwork.of(Network.DENOISER, 3).with(Network.GUIDE, 5));

        assertThat(chosen).isEqualTo(rows(3, 5));
        assertThat(calls).isZero();
    }

    @Test
    void choosesTheOtherNetworksToo() {
        Bundle cascade = bundle("cascade", List.of(Network.values()), 16, 64);

        assertThat(sizes("cpu").choose(cascade, AUTO))
                .isEqualTo(new BatchSizes(PerNetwork.of(network -> switch (network) {
                    case DENOISER -> 16;
                    case GUIDE, UPSAMPLER -> 8;
                    case DECODER -> 4;
                    case TEXT_ENCODER, GUIDE_TEXT_ENCODER -> 1;
                })));
    }

    @Test
    void staysWithItsChoiceAfterARestart() {
        sizes("cpu").choose(bundle("a", 16, 4), AUTO);
        calls = 0;

        BatchSizes again = sizes("cpu").choose(bundle("a", 64, 64), AUTO);

        assertThat(again).isEqualTo(rows(16, 4));
        assertThat(calls).isZero();
    }

    @Test
    void keepsNothingThatItMeasuredBesideOtherProcesses() {
        inTheWay = Optional.of("other processes took 60 % of the processors");
        assertThat(sizes("cpu").choose(bundle("a", 16, 4), AUTO)).isEqualTo(rows(16, 4));
        inTheWay = Optional.empty();

        assertThat(sizes("cpu").choose(bundle("a", 32, 4), AUTO)).isEqualTo(rows(32, 4));
        assertThat(sizes("cpu").choose(bundle("a", 1, 1), AUTO)).as("kept now").isEqualTo(rows(32, 4));
    }

    @Test
    void keepsNothingThatWasUnsteady() {
        slowdown = 3;
        sizes("cpu").choose(bundle("a", 16, 4), AUTO);

        assertThat(file).doesNotExist();
    }

    @Test
    void keepsNothingThatTheBudgetCutShort() {
        Bundle slow = bundle("a", 1 << 20, 1 << 20);
        nanosPerCall = 400_000_000L;

        sizes("cpu").choose(slow, AUTO);

        assertThat(file).doesNotExist();
    }

    @Test
    void triesNoMoreRowsOfTheGuideThanItsCallsMayHave() {
        assertThat(sizes("cpu").choose(bundle("a", 4, 64), AUTO)).isEqualTo(rows(4, 4));
        assertThat(largestCalls).containsEntry(Network.GUIDE, 4);
    }

    @Test
    void measuresAgainWhereMoreRowsMayBeTriedThanBefore() {
        PerNetwork four = PerNetwork.of(Network.DENOISER, 4);
        assertThat(sizes("cpu").choose(bundle("a", 4, 64), four)).isEqualTo(rows(4, 4));

        assertThat(sizes("cpu").choose(bundle("a", 4, 64), PerNetwork.of(Network.DENOISER, 64)))
                .isEqualTo(rows(64, 32));
    }

    @Test
    void measuresAnewWhatEarlierVersionsKept() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                "{\"choices\":[{\"key\":{\"bundleSha256\":\"sha of a\",\"network\":\"denoiser\",\"device\":\"cpu\",\"libtorch\":\"2.7.1\","
                        + "\"threads\":1},\"rows\":1}]}");

        assertThat(sizes("cpu").choose(bundle("a", 16, 4), AUTO)).isEqualTo(rows(16, 4));
    }

    @Test
    void choosesAnewOnAnotherDeviceAndKeepsBothChoices() {
        sizes("cpu").choose(bundle("a", 16, 4), AUTO);

        assertThat(sizes("gpu(0)").choose(bundle("a", 64, 8), AUTO)).isEqualTo(rows(64, 8));
        assertThat(sizes("cpu").choose(bundle("a", 1, 1), AUTO)).isEqualTo(rows(16, 4));
    }

    @Test
    void aFileThatCantBeReadCostsANewChoice() throws IOException {
        Files.createDirectories(file.getParent());
        for (String content : List.of("", "null", "{", "{\"choices\": null}", "{\"choices\":[{\"key\":1}]}", "[]")) {
            Files.writeString(file, content);

            assertThat(sizes("cpu").choose(bundle("a", 16, 4), AUTO))
                    .as(content)
                    .isEqualTo(rows(16, 4));
            assertThat(Files.readString(file)).contains("\"rows\" : 16");
        }
    }

    @Test
    void aFolderThatCantBeWrittenDoesNotKeepTheWorkerDown() throws IOException {
        Files.createDirectories(file);
        Files.createFile(file.resolve("in the way"));

        assertThat(sizes("cpu").choose(bundle("a", 16, 4), AUTO)).isEqualTo(rows(16, 4));
    }

    private BatchSizeChoice sizes(String device) {
        EngineClock clock = new EngineClock() {
            @Override
            public long nanos() {
                return nanos;
            }

            @Override
            public Instant now() {
                return Instant.EPOCH;
            }
        };
        BatchSizeSweep sweep = new BatchSizeSweep(clock, Duration.ofSeconds(5));
        OtherProcesses others = new OtherProcesses() {
            @Override
            public void watch() {}

            @Override
            public Optional<String> inTheWay() {
                return inTheWay;
            }
        };
        return new BatchSizeChoice(
                new BatchSizeFile(file), sweep, others, new BatchSizeChoice.Place(device, "2.7.1", 1), report);
    }

    /** A bundle whose calls take as long as one of so many rows, and from there on in proportion. */
    private Bundle bundle(String name, int knee, int guideKnee) {
        return bundle(name, List.of(Network.DENOISER, Network.GUIDE), knee, guideKnee);
    }

    /** A bundle of more networks. All but the denoiser are like the guide. */
    private Bundle bundle(String name, List<Network> has, int knee, int otherKnee) {
        BundleManifest.TensorShape shape = new BundleManifest.TensorShape(1, 2, 2);
        BundleManifest.Diffusion diffusion = new BundleManifest.Diffusion(
                BetaSchedule.LINEAR,
                1000,
                BundleManifest.Prediction.EPSILON,
                BundleManifest.Variance.FIXED_SMALL,
                true,
                Spacing.EVEN,
                0,
                FinalAlphaBar.ONE);
        BundleManifest.TextCondition text =
                new BundleManifest.TextCondition(2, new BundleManifest.TokenizerFile("t", "0", 3), List.of());
        BundleManifest manifest = new BundleManifest(
                BundleManifest.FORMAT_VERSION,
                name,
                "1",
                "test",
                "Apache-2.0",
                shape,
                shape,
                diffusion,
                has.contains(Network.TEXT_ENCODER) ? text : new BundleManifest.ClassCondition(List.of("x"), 1, true),
                has.contains(Network.GUIDE_TEXT_ENCODER) ? Optional.of(text) : Optional.empty(),
                has.contains(Network.UPSAMPLER)
                        ? Optional.of(new BundleManifest.Upsampler(shape, diffusion, List.of(0, 5), 1))
                        : Optional.empty(),
                new BundleManifest.GuidanceFacts(1, true),
                new BundleManifest.Defaults(SamplerSettings.Kind.DDPM, 10, 1, 1),
                Map.of());
        Map<Network, RowFunction> networks = new EnumMap<>(Network.class);
        for (Network network : has) {
            networks.put(network, rows -> {
                largestCalls.merge(network, rows.rowsPerCall(), Math::max);
                take(rows.rowsPerCall(), network == Network.DENOISER ? knee : otherKnee);
                return List.of(FloatBuffer.allocate(0));
            });
        }
        return Bundle.counting(manifest, new BundleIdentity(name, "1", "sha of " + name), networks);
    }

    /** The sizes of a bundle that has no other networks. */
    private static BatchSizes rows(int denoiser, int guide) {
        return new BatchSizes(
                PerNetwork.of(network -> 1).with(Network.DENOISER, denoiser).with(Network.GUIDE, guide));
    }

    private void take(int rows, int knee) {
        calls++;
        nanos += nanosPerCall * Math.max(1, rows / knee) * (calls % 2 == 0 ? 1 : slowdown);
    }
}

package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.CommandRun;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ExitCode;

/** What a demo refuses before it starts anything. */
class DemoCommandTest {
    @Test
    void showsEitherTheShippedFamiliesOrABundle() {
        CommandRun run = CommandRun.of("demo", "--family", "sd", "--bundle", "models/bundles/scenes-sd");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no --bundle beside it");
    }

    @Test
    void showsOneBundle() {
        CommandRun run =
                CommandRun.of("demo", "--bundle", "models/bundles/scenes-sd", "--bundle", "models/bundles/glyphs-adm");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("one --bundle");
    }

    @Test
    void namesTheFamiliesThatShip() {
        CommandRun run = CommandRun.of("demo", "--family", "imagen");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no bundle of family imagen", "adm, dit, glide, sd, and all");
    }
}

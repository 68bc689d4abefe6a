package dev.sluice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice dlq}: dead letters, and the way back. */
@Command(
        name = "dlq",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Lists dead letters, shows one, and sends records back to the topics they were read from.",
            "",
            "Examples: sluice dlq list --reason UNKNOWN_SCHEMA",
            "          sluice dlq show 3-17",
            "          sluice dlq resend --reason UNKNOWN_SCHEMA --from 2026-01-31T08:00:00Z --dry-run",
            "          sluice dlq resend 3-17 3-18"
        },
        subcommands = {DlqListCommand.class, DlqShowCommand.class, DlqResendCommand.class})
final class DlqCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: list, show or resend");
    }
}

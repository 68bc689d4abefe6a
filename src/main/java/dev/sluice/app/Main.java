package dev.sluice.app;

import dev.sluice.client.NotPublishedException;
import dev.sluice.model.BundleException;
import dev.sluice.standalone.StandaloneException;
import dev.sluice.stream.UnusableStateException;
import dev.sluice.wire.SchemaRejectedException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;

/** The program's entry: {@code sluice COMMAND}. */
@Command(
        name = "sluice",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Guided diffusion sampling on Kafka, with a guidance schedule per request.",
            "",
            "Try @|bold sluice demo|@ first: it starts everything in one process, sends requests and shows what came of them."
        },
        subcommands = {
            DemoCommand.class,
            StandaloneCommand.class,
            WorkerCommand.class,
            ConfigCommand.class,
            SubmitCommand.class,
            CancelCommand.class,
            CostCommand.class,
            SchemasCommand.class,
            PlanCommand.class,
            BenchCommand.class,
            ChaosCommand.class,
            CommandLine.HelpCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all went well", "1:something failed; the last line says what", "2:wrong usage"})
public final class Main {
    /** An expected failure, for which the message is enough. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"sluice " + (version == null ? "(not packaged)" : version)};
        }
    }

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(onFailure());
    }

    /** Kafka's clients say that they could not be made, and only their cause says of what. */
    private static String said(KafkaException failure) {
        return failure.getCause() == null
                ? "Kafka: " + failure.getMessage()
                : "Kafka: " + failure.getMessage() + ": " + failure.getCause().getMessage();
    }

    private static IExecutionExceptionHandler onFailure() {
        return (failure, command, parsed) -> {
            PrintWriter err = command.getErr();
            switch (failure) {
                case Failure expected -> err.println(expected.getMessage());
                case ConfigException config -> err.println(config.getMessage());
                case StartupException start -> err.println(start.getMessage());
                case BundleException bundle -> err.println(bundle.getMessage());
                case UnusableStateException state -> err.println(state.getMessage());
                case StandaloneException taken -> err.println(taken.getMessage());
                case UncheckedIOException io -> err.println(io.getMessage());
                case NotPublishedException kafka -> err.println(kafka.getMessage());
                case SchemaRejectedException refused -> err.println(refused.getMessage());
                case KafkaException kafka -> err.println(said(kafka));
                default -> failure.printStackTrace(err);
            }
            return 1;
        };
    }
}

package dev.sluice.cli;

import dev.sluice.client.NotPublishedException;
import dev.sluice.model.BundleException;
import dev.sluice.request.Printable;
import dev.sluice.stream.UnusableStateException;
import dev.sluice.text.FileFault;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.RefusedProperty;
import dev.sluice.wire.SchemaRejectedException;
import dev.sluice.worker.ConfigException;
import dev.sluice.worker.ConfigKey;
import dev.sluice.worker.Masking;
import dev.sluice.worker.StartupException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
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
            "Try @|bold sluice demo|@ first: it starts everything in one process, sends requests and shows the results."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all went well", "1:something failed; the last line says what", "2:wrong usage"})
public final class Main {
    /** An expected failure, for which the message is enough. */
    public static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Failure(String message) {
            super(message);
        }
    }

    /** Arguments of a command that contradict each other, for which the message is enough. */
    static final class WrongUsage extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongUsage(String message) {
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
        Chatter.keepDownFor(arguments);
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return commandLine(arguments).execute(arguments);
    }

    /** The command line with all commands. */
    public static CommandLine commandLine() {
        return commandLine(Commands.all());
    }

    /**
     * The command line with only the command that the arguments name, or with all. Reading all commands takes most of a
     * start.
     */
    public static CommandLine commandLine(String... arguments) {
        return Commands.named(arguments)
                .map(command -> commandLine(List.of(command)))
                .orElseGet(Main::commandLine);
    }

    /** The command line with only these commands. */
    public static CommandLine commandLine(List<Object> commands) {
        CommandLine line = new CommandLine(new Main());
        commands.forEach(line::addSubcommand);
        return HelpLayout.of(line)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(new UsageErrors())
                .setExecutionExceptionHandler(onFailure());
    }

    /** Kafka's clients say only that they could not be made. The cause says why. */
    static String said(KafkaException failure) {
        Optional<String> refused = refused(failure);
        if (refused.isPresent()) {
            return refused.get();
        }
        Throwable cause = failure.getCause();
        String reason = cause == null || cause instanceof TimeoutException ? "" : ": " + cause.getMessage();
        return failure.getMessage() + reason + hint(failure);
    }

    /** Names the option for a property that an option sets. */
    private static Optional<String> refused(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .filter(org.apache.kafka.common.config.ConfigException.class::isInstance)
                .map(org.apache.kafka.common.config.ConfigException.class::cast)
                .flatMap(config -> RefusedProperty.of(config).stream())
                .findFirst()
                .map(property -> switch (property.name()) {
                            case "bootstrap.servers" -> "--kafka";
                            case AvroConfig.REGISTRY_URL -> "--registry";
                            default -> property.name() + " (--command-config)";
                        }
                        + ": "
                        + property.sentence(Masking.masked(key(property.name()), property.value())));
    }

    private static String key(String property) {
        return property.equals(AvroConfig.REGISTRY_URL) ? "registry.url" : ConfigKey.KAFKA_PROPERTIES + property;
    }

    /** A failure that is wrapped without a message of its own has the JDK's, which is a class and a file's name. */
    private static @Nullable String said(UncheckedIOException failure) {
        return failure.getCause() instanceof FileSystemException file
                        && file.toString().equals(failure.getMessage())
                ? file.getFile() + ": " + FileFault.reason(file)
                : failure.getMessage();
    }

    /** The cause of most time-outs where something listens. */
    private static String hint(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                        .anyMatch(TimeoutException.class::isInstance)
                ? ". Somebody listens there and doesn't answer as a broker: is --kafka right, and security.protocol (--command-config)"
                        + " the brokers' own?"
                : "";
    }

    /** Prints a message, in which text from outside is escaped. */
    private static void print(PrintWriter err, @Nullable String message) {
        err.println(Printable.lines(String.valueOf(message)));
    }

    private static IExecutionExceptionHandler onFailure() {
        return (failure, command, parsed) -> {
            PrintWriter err = command.getErr();
            switch (failure) {
                case Failure expected -> print(err, expected.getMessage());
                case WrongUsage wrong -> print(err, wrong.getMessage());
                case ConfigException config -> print(err, config.getMessage());
                case StartupException start -> print(err, start.getMessage());
                case BundleException bundle -> print(err, bundle.getMessage());
                case UnusableStateException state -> print(err, state.getMessage());
                case UncheckedIOException io -> print(err, said(io));
                case FileSystemException file -> print(err, file.getFile() + ": " + FileFault.reason(file));
                case NotPublishedException kafka -> print(err, kafka.getMessage() + hint(kafka));
                case SchemaRejectedException refused -> print(err, refused.getMessage());
                case KafkaException kafka -> print(err, refused(kafka).orElseGet(() -> "Kafka: " + said(kafka)));
                default -> failure.printStackTrace(err);
            }
            return failure instanceof WrongUsage ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        };
    }
}

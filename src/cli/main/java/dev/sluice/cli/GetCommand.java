package dev.sluice.cli;

import dev.sluice.events.v1.ImageObject;
import dev.sluice.lookup.Answers;
import dev.sluice.lookup.Found;
import dev.sluice.lookup.Known;
import dev.sluice.lookup.Lookup;
import dev.sluice.lookup.LookupTopics;
import dev.sluice.request.Printable;
import dev.sluice.storage.ObjectReader;
import dev.sluice.storage.StorageException;
import dev.sluice.storage.StoreAccess;
import dev.sluice.wire.Topics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sluice get}: how requests stand, and their pictures. */
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description = {
            "Shows how requests stand: outcome, plan, cost and images.",
            "",
            "Reads the topics backwards from their newest records, and says how far back it has read. Images are"
                    + " read with your own credentials (--s3-endpoint).",
            "",
            "Examples: sluice get seven --out .",
            "          sluice get seven --link --expires 1h",
        },
        exitCodeListHeading = "%nExit codes, the first that is true of any request:%n",
        exitCodeList = {
            "0:all are completed, and saved where that was asked for",
            "1:one failed, was cancelled or is a dead letter, a picture could not be had, or something went wrong",
            "2:wrong usage",
            "3:one is unknown",
            "4:one is still waiting or under way"
        })
final class GetCommand implements Callable<Integer> {
    @Mixin
    private AddressOptions connection = new AddressOptions();

    @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids of the requests.")
    private List<String> ids = List.of();

    @Mixin
    private PictureOptions pictures = new PictureOptions();

    @Option(
            names = "--link",
            description = "Print a link to each image, signed with your credentials: whoever has it can open the image"
                    + " until it expires.")
    private boolean link;

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            converter = Validity.class,
            defaultValue = "1h",
            description = "How long links work, such as 90s, 30m, 12h or 7d, the most. Default: ${DEFAULT-VALUE}.")
    private Duration expires = Duration.ofHours(1);

    @Option(names = "--json", description = "Print each request as one line of JSON (docs/pictures.md).")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to read topics at most. Default: ${DEFAULT-VALUE}.")
    private long timeoutSeconds;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** A time with its unit. */
    static final class Validity implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            Optional<Duration> time = value.matches("[0-9]{1,7}[smhd]") ? Optional.of(parse(value)) : Optional.empty();
            return time.filter(Duration::isPositive)
                    .filter(positive -> positive.compareTo(ObjectReader.LONGEST_LINK) <= 0)
                    .orElseThrow(() -> new TypeConversionException(
                            "must be a time such as 90s, 30m, 12h or 7d, and at most 7d, not " + value));
        }

        private static Duration parse(String value) {
            String unit = value.substring(value.length() - 1);
            String amount = value.substring(0, value.length() - 1);
            return Duration.parse(unit.equals("d") ? "P" + amount + "D" : "PT" + amount + unit);
        }
    }

    @Override
    public Integer call() {
        if (timeoutSeconds < 1) {
            throw new ParameterException(spec.commandLine(), "--timeout must be at least 1 second");
        }
        Companions.require(spec, List.of("--expires"), "--link");
        Companions.require(spec, StoreOptions.NAMES, "--link", "--out", "--open");
        Answers answers = look(Duration.ofSeconds(timeoutSeconds));
        int exitCode = 0;
        List<Path> files = new ArrayList<>();
        try (ObjectReader links = link ? new ObjectReader(store()) : null;
                Pictures saving = pictures.pictures(connection, System.getenv()).orElse(null)) {
            for (Found found : answers.found()) {
                FoundImages images = FoundImages.of(found, Optional.ofNullable(saving), image -> link(links, image));
                print(found, images, answers.known());
                files.addAll(images.files());
                exitCode = worse(
                        exitCode,
                        images.complete() ? FoundState.of(found.standing()).exitCode() : 1);
            }
        } catch (StorageException e) {
            throw new Main.Failure(String.valueOf(e.getMessage()));
        }
        if (pictures.open() && !files.isEmpty()) {
            new DesktopOpener(System.getProperty("os.name", ""), System.getenv())
                    .open(files)
                    .ifPresent(spec.commandLine().getErr()::println);
        }
        return exitCode;
    }

    private StoreAccess store() {
        return pictures.store().access(connection, System.getenv());
    }

    private Answers look(Duration limit) {
        Set<String> each = new LinkedHashSet<>(ids);
        Addresses addresses = connection.reachableWithRegistry(limit);
        Topics topics = addresses.topics();
        LookupTopics names = new LookupTopics(
                topics.requests(),
                topics.completions(),
                topics.failures(),
                topics.costs(),
                topics.progress(),
                topics.deadLetters());
        try (Lookup lookup = new Lookup(addresses.clientProperties(), names, List.copyOf(each), limit)) {
            return lookup.look();
        } catch (KafkaException e) {
            throw new Main.Failure("can't look: " + Main.said(e));
        }
    }

    private Optional<ObjectReader.Link> link(@Nullable ObjectReader links, ImageObject image) {
        return Optional.ofNullable(links).map(signer -> signer.link(image.getBucket(), image.getKey(), expires));
    }

    private void print(Found found, FoundImages images, Known known) {
        CommandLine command = spec.commandLine();
        PrintWriter out = command.getOut();
        PrintWriter err = command.getErr();
        if (json) {
            out.println(FoundJson.of(found, images, known));
        } else {
            FoundText.of(found, images).forEach(out::println);
            if (FoundState.of(found.standing()).exitCode() > 1) {
                known.sentences().forEach(sentence -> out.println("  " + Printable.line(sentence)));
                if (known.complete()) {
                    out.println("  Every record was read that the topics ever had.");
                }
            }
        }
        out.flush();
        images.images()
                .forEach(image -> image.missing()
                        .ifPresent(reason -> err.println(Printable.line(found.requestId()) + "  image "
                                + image.image().getIndex() + " is not saved: " + Printable.line(reason))));
        err.flush();
    }

    /** The worse of two exit codes, in the order 1, 3, 4, 0. */
    private static int worse(int one, int other) {
        if (one == 0 || other == 0) {
            return Math.max(one, other);
        }
        return Math.min(one, other);
    }
}

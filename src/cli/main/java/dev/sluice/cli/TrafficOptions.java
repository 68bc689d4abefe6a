package dev.sluice.cli;

import dev.sluice.capacity.Arrivals;
import dev.sluice.capacity.Ask;
import dev.sluice.capacity.Trace;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which requests come when: from a file, or drawn. */
final class TrafficOptions {
    /** The options that have no effect without {@code --rate}. */
    static final List<String> NAMES_OF_RATE = List.of("--mix", "--span", "--seed");

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description =
                    "File of requests, as JSON lines or CSV with at, steps, guided, guidance, images, model, tenant,"
                            + " priority, deadlineSeconds, latencySeconds. Or what submit --wait --json printed.")
    private @Nullable Path file;

    @Option(
            names = "--rate",
            paramLabel = "PER_SECOND",
            description = "Draws this many requests a second, independent of each other, by --mix. Instead of --trace.")
    private @Nullable Double rate;

    @Option(
            names = "--mix",
            paramLabel = "PART",
            converter = PartOf.class,
            description =
                    "With --rate: what requests ask for, such as share=7,steps=50,guided=10,images=2. Fields are those of"
                            + " a trace. Once for each part.")
    private List<Arrivals.Part> mix = List.of();

    @Option(
            names = "--span",
            paramLabel = "TIME",
            converter = Span.class,
            defaultValue = "1h",
            description = "With --rate: for how long. Default: ${DEFAULT-VALUE}.")
    private Duration span = Duration.ofHours(1);

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "With --rate: the same seed draws the same requests. Default: ${DEFAULT-VALUE}.")
    private long seed;

    /** {@code share=0.7,steps=50,guided=10}. */
    static final class PartOf implements ITypeConverter<Arrivals.Part> {
        private static final String SHARE = "share";
        private static final List<String> NAMES =
                Stream.of(List.of(SHARE), AskFields.NAMES).flatMap(List::stream).toList();

        @Override
        public Arrivals.Part convert(String value) {
            Map<String, String> texts = new HashMap<>();
            try {
                for (String field : value.split(",", -1)) {
                    int equals = field.indexOf('=');
                    if (equals < 1) {
                        throw new IllegalArgumentException(
                                "must be fields such as share=7,steps=50,guided=10, not " + value);
                    }
                    String name = field.substring(0, equals).strip();
                    AskFields.requireKnown(name, NAMES);
                    texts.put(name, field.substring(equals + 1).strip());
                }
                return new Arrivals.Part(share(texts.getOrDefault(SHARE, "1")), AskFields.read(texts));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }

        private static double share(String text) {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("share: must be a number, not " + text, e);
            }
        }
    }

    Trace trace() {
        if ((file == null) == (rate == null)) {
            throw new Main.WrongUsage("give --trace FILE, or --rate with a --mix");
        }
        if (file != null) {
            return read(file);
        }
        if (rate == null || !(rate > 0) || rate > 1e6) {
            throw new Main.WrongUsage("--rate must be above 0 and at most 1000000 requests a second, not " + rate);
        }
        if (mix.isEmpty()) {
            throw new Main.WrongUsage("--rate needs a --mix, such as --mix steps=50,guided=10");
        }
        if (!span.isPositive()) {
            throw new Main.WrongUsage("--span must be longer than nothing");
        }
        Trace drawn = Arrivals.draw(rate, new ArrayList<>(mix), span, seed);
        if (drawn.requests() == 0) {
            throw new Main.WrongUsage("no request comes at this --rate within this --span");
        }
        return drawn;
    }

    private static Trace read(Path file) {
        try {
            return TraceReader.read(file);
        } catch (NoSuchFileException e) {
            throw new Main.WrongUsage("--trace: no such file: " + file);
        } catch (IOException e) {
            throw new Main.WrongUsage("--trace: " + file + " can't be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new Main.WrongUsage("--trace: " + file + ": " + e.getMessage());
        }
    }

    /** The most steps that a request of it asks for. */
    static int mostSteps(Trace trace) {
        return trace.asks().stream().mapToInt(Ask::steps).max().orElse(0);
    }

    /** The model's names that a trace asks for. */
    static List<String> models(Trace trace) {
        return trace.asks().stream().map(Ask::model).distinct().sorted().toList();
    }
}

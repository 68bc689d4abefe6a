package dev.sluice.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The chart's examples, as they lie in its folder. */
final class Examples {
    static final Path CHART = Path.of("helm", "sluice").toAbsolutePath();

    private static final String LEAST = "minimal";
    /** At most one of these may be used: each says where credentials come from. */
    private static final List<String> EITHER = List.of("secrets", "external-secrets");

    private Examples() {}

    static Path file(String example) {
        return CHART.resolve("examples").resolve(example + ".yaml");
    }

    /** Each example or not, and at most one of those that exclude each other; all add to the least. */
    static List<List<String>> combinations() {
        List<List<String>> combinations = new ArrayList<>();
        combinations.add(List.of(LEAST));
        for (String example : names()) {
            if (!example.equals(LEAST) && !EITHER.contains(example)) {
                List.copyOf(combinations).forEach(without -> combinations.add(plus(without, example)));
            }
        }
        for (List<String> without : List.copyOf(combinations)) {
            EITHER.forEach(example -> combinations.add(plus(without, example)));
        }
        return List.copyOf(combinations);
    }

    private static List<String> names() {
        try (Stream<Path> files = Files.list(CHART.resolve("examples"))) {
            return files.map(file -> file.getFileName().toString().replace(".yaml", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> plus(List<String> list, String one) {
        return Stream.concat(list.stream(), Stream.of(one)).toList();
    }
}

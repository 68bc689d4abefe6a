package dev.sluice.demo;

import dev.sluice.model.BundleManifest;
import dev.sluice.model.BundleManifest.ClassCondition;
import dev.sluice.model.BundleManifest.TextCondition;
import dev.sluice.request.Prompt;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a bundle is asked to show, a column of the contact sheet for each image; columns go through the bundle's classes or
 * examples in turn, each time with another seed.
 *
 * @param model name of the bundle
 */
record Subject(String model, List<Column> columns) {
    Subject {
        columns = List.copyOf(columns);
    }

    /**
     * A prompt and what its images are judged by.
     *
     * @param target what a classifier is asked about, as the bundle's auditor reads it
     */
    record Column(Prompt prompt, String caption, long target) {}

    /** @throws IllegalArgumentException where the bundle takes texts and has no examples of them */
    static Subject of(BundleManifest manifest, int images) {
        List<Column> known = switch (manifest.condition()) {
            case ClassCondition condition ->
                IntStream.range(0, condition.classes().size())
                        .mapToObj(index -> column(condition.classes().get(index), index))
                        .toList();
            case TextCondition text ->
                text.examples().stream()
                        .map(example ->
                                new Column(new Prompt.Text(example.text(), ""), example.text(), example.target()))
                        .toList();
        };
        if (known.isEmpty()) {
            throw new IllegalArgumentException(manifest.name() + " has no examples of what to ask for");
        }
        return new Subject(
                manifest.name(),
                IntStream.range(0, images)
                        .mapToObj(image -> known.get(image % known.size()))
                        .toList());
    }

    private static Column column(String label, int index) {
        return new Column(new Prompt.Label(label), label, index);
    }
}

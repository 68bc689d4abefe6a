package dev.sluice.demo;

import dev.sluice.model.BundleManifest;
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
     * A prompt and what to hold its images to.
     *
     * @param target what a classifier is asked about, as the bundle's auditor reads it
     */
    record Column(Prompt prompt, String caption, long target) {}

    static Subject of(BundleManifest manifest, int images) {
        BundleManifest.Condition condition = manifest.condition();
        return new Subject(
                manifest.name(),
                IntStream.range(0, images)
                        .mapToObj(image ->
                                label(condition, image % condition.classes().size()))
                        .toList());
    }

    private static Column label(BundleManifest.Condition condition, int index) {
        String name = condition.classes().get(index);
        return new Column(new Prompt.Label(name), name, index);
    }
}

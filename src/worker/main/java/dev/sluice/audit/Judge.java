package dev.sluice.audit;

import dev.sluice.model.Auditor;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest.ClassCondition;
import dev.sluice.model.BundleManifest.Example;
import dev.sluice.model.BundleManifest.TextCondition;
import dev.sluice.model.RowBuffers;
import dev.sluice.request.Network;
import dev.sluice.request.Prompt;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** One bundle's classifiers, asked about finished images, an image a call. {@link #judge} on one thread only. */
final class Judge implements AutoCloseable {
    /** Which of the guide's outputs is log p of the target, and which says whether the target is the likeliest. */
    private static final int LOG_PROBABILITY = 1;

    private static final int HIT = 2;

    private final Bundle bundle;
    private final Auditor auditor;

    /**
     * A judge over a bundle's own copies of its modules.
     *
     * @throws IllegalArgumentException if the bundle has no auditor
     */
    Judge(Bundle bundle) {
        this.bundle = bundle;
        auditor = bundle.auditor()
                .orElseThrow(() -> new IllegalArgumentException(bundle.name() + " has no off-sampling classifier"));
    }

    /** What the auditor is to look for; empty where the prompt says nothing that it knows. */
    OptionalLong target(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Unconditional unconditional -> OptionalLong.empty();
            case Prompt.Label(String name)
            when bundle.manifest().condition() instanceof ClassCondition classes ->
                classes.classIndex(name).stream().mapToLong(index -> index).findFirst();
            case Prompt.Label label -> OptionalLong.empty();
            case Prompt.Text(String text, String negative) ->
                examples()
                        .filter(example -> example.text().equals(text))
                        .mapToLong(Example::target)
                        .findFirst();
        };
    }

    private Stream<Example> examples() {
        return bundle.manifest().condition() instanceof TextCondition text ? text.examples().stream() : Stream.empty();
    }

    /**
     * What each classifier that can say something says.
     *
     * @param picture {@code [C,H,W]}, nominally in [-1, 1]; what lies outside was cut off when it was stored
     * @throws dev.sluice.model.ModelException if a classifier fails
     * @throws dev.sluice.model.BundleException if one does not load
     */
    List<Verdict> judge(float[] picture, long target) {
        float[] shown = clamped(picture);
        List<Verdict> verdicts = new ArrayList<>();
        if (bundle.guideJudgesPictures()) {
            List<FloatBuffer> outputs = bundle.network(Network.GUIDE)
                    .evaluate(row(new RowBuffers(1, bundle.manifest().layout(Network.GUIDE)), shown, target));
            verdicts.add(verdict(Classifier.ON_SAMPLING, outputs.get(LOG_PROBABILITY), outputs.get(HIT)));
        }
        Auditor.Verdict audit =
                auditor.evaluate(row(new RowBuffers(1, bundle.manifest().auditorLayout()), shown, target));
        verdicts.add(verdict(Classifier.OFF_SAMPLING, audit.logProbabilities(), audit.hits()));
        return verdicts;
    }

    @Override
    public void close() {
        bundle.close();
    }

    private static RowBuffers row(RowBuffers rows, float[] picture, long target) {
        rows.begin().put(picture).put(0).put(target);
        return rows;
    }

    private static Verdict verdict(Classifier classifier, FloatBuffer logProbability, FloatBuffer hit) {
        return new Verdict(classifier, hit.get(0) > 0.5f, -logProbability.get(0));
    }

    private static float[] clamped(float[] picture) {
        float[] clamped = new float[picture.length];
        for (int i = 0; i < picture.length; i++) {
            clamped[i] = Math.clamp(picture[i], -1f, 1f);
        }
        return clamped;
    }
}

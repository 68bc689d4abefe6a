package dev.sluice.demo;

import dev.sluice.model.Bundle;
import dev.sluice.model.RowBuffers;
import dev.sluice.model.RowLayout;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.request.Network;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * How many finished images show their class, by the bundle's classifiers at t = 0: the guiding one, which may have been
 * fitted, and the auditor, which never guided (Compress Guidance, section 3).
 *
 * @param guide share in [0, 1]; empty where the bundle has no such classifier, or there is no image
 * @param auditor the same, by the off-sampling classifier
 */
record HitRates(OptionalDouble guide, OptionalDouble auditor) {
    private static final int ROWS_PER_CALL = 16;
    /** Which of the guide's outputs says whether a row shows its class. */
    private static final int HITS = 2;

    /** An image and what it should show: a class index, or what else the auditor is asked by. */
    record Sample(BufferedImage image, long target) {}

    /** Judges images; call on one thread only. */
    static HitRates of(List<Sample> samples, Bundle bundle, TorchScriptBundles torch) {
        torch.prepareCallingThread(1);
        return new HitRates(
                bundle.guideJudgesPictures()
                        ? rate(
                                samples,
                                bundle.manifest().layout(Network.GUIDE),
                                rows -> bundle.network(Network.GUIDE)
                                        .evaluate(rows)
                                        .get(HITS))
                        : OptionalDouble.empty(),
                bundle.auditor()
                        .map(auditor -> rate(
                                samples,
                                bundle.manifest().auditorLayout(),
                                rows -> auditor.evaluate(rows).hits()))
                        .orElse(OptionalDouble.empty()));
    }

    private static OptionalDouble rate(
            List<Sample> samples, RowLayout layout, Function<RowBuffers, FloatBuffer> judge) {
        double hits = 0;
        List<Sample> rest = new ArrayList<>(samples);
        while (!rest.isEmpty()) {
            List<Sample> batch = rest.subList(0, Math.min(ROWS_PER_CALL, rest.size()));
            RowBuffers rows = new RowBuffers(ROWS_PER_CALL, layout);
            batch.forEach(
                    sample -> rows.begin().put(values(sample.image())).put(0).put(sample.target()));
            rows.pad();
            FloatBuffer verdicts = judge.apply(rows);
            for (int row = 0; row < batch.size(); row++) {
                hits += verdicts.get(row);
            }
            batch.clear();
        }
        return samples.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(hits / samples.size());
    }

    /** Pixels to {@code [3, height, width]} in [-1, 1]. */
    private static float[] values(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        float[] values = new float[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int rgb = image.getRGB(x, y);
                for (int channel = 0; channel < 3; channel++) {
                    int level = rgb >> (16 - 8 * channel) & 0xff;
                    values[(channel * height + y) * width + x] = level / 127.5f - 1;
                }
            }
        }
        return values;
    }
}

package dev.sluice.cli;

import dev.sluice.events.v1.BundleUsed;
import dev.sluice.events.v1.EvaluationCounts;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.events.v1.PlanAsRun;
import dev.sluice.events.v1.RunTimings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Events as a worker writes them. */
public final class Outcomes {
    private static final Instant AT = Instant.parse("2026-11-30T12:00:00Z");

    private Outcomes() {}

    /** Two of four steps guided; an image {@code s3://bucket/ID/INDEX} for each content. */
    public static GenerationCompleted completed(String id, String... contents) {
        List<ImageObject> images = new ArrayList<>();
        for (int index = 0; index < contents.length; index++) {
            byte[] bytes = contents[index].getBytes(StandardCharsets.UTF_8);
            images.add(ImageObject.newBuilder()
                    .setIndex(index)
                    .setBucket("bucket")
                    .setKey(id + "/" + index)
                    .setSha256(sha256(bytes))
                    .setSizeBytes(bytes.length)
                    .setSeed(7)
                    .build());
        }
        return GenerationCompleted.newBuilder()
                .setRequestId(id)
                .setTenantId("tenant")
                .setImages(images)
                .setBundle(new BundleUsed("glyphs", "1", "ab"))
                .setPlan(PlanAsRun.newBuilder()
                        .setSteps(4)
                        .setGuidedTimesteps(List.of(4, 2))
                        .setWeights(List.of(2.0, 2.0))
                        .build())
                .setEvaluations(EvaluationCounts.newBuilder()
                        .setConditional(4)
                        .setUnconditional(2)
                        .setGuide(0)
                        .setSkipped(2)
                        .build())
                .setTimings(RunTimings.newBuilder()
                        .setAcceptedAt(AT)
                        .setFinishedAt(AT)
                        .setWaitingNanos(1_000_000)
                        .setSamplingNanos(2_500_000_000L)
                        .setStoringNanos(30_000_000)
                        .build())
                .setWorker("w")
                .build();
    }

    public static GenerationFailed failed(String id, GenerationFailureCode code, String message) {
        return GenerationFailed.newBuilder()
                .setRequestId(id)
                .setTenantId("tenant")
                .setCode(code)
                .setField("prompt.label")
                .setMessage(message)
                .setRetriable(false)
                .setFailedAt(AT)
                .setWorker("w")
                .build();
    }

    public static GenerationProgressed progressed(String id, int step, int steps) {
        return GenerationProgressed.newBuilder()
                .setRequestId(id)
                .setTenantId("tenant")
                .setStep(step)
                .setSteps(steps)
                .setWorker("w")
                .build();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.sluice.storage;

import dev.sluice.request.BundleIdentity;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.PlanSummary;
import dev.sluice.request.Priority;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.RequestIdentity;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Values that the tests of this package share. */
final class Samples {
    static final String CONTENT = "c0".repeat(32);

    static final BundleIdentity BUNDLE = new BundleIdentity("shapes", "3", "ab".repeat(32));
    static final PlanSummary PLAN = new PlanSummary(10, List.of(10, 4), List.of(6.0, 4.0));

    private Samples() {}

    static GenerationRequest request(Prompt prompt) {
        GuidanceSchedule schedule = new GuidanceSchedule.Compress(2, 1.5);
        return new GenerationRequest(
                new RequestId("order/17"),
                new TenantId("acme"),
                "shapes",
                prompt,
                1,
                0,
                42,
                SamplerSettings.ddim(10, 0),
                new Guidance.ClassifierFree(4, schedule, GuidanceWeighting.defaultFor(schedule)),
                Priority.BATCH,
                Optional.empty(),
                Map.of());
    }

    static Provenance provenance(Prompt prompt) {
        return Provenance.of(request(prompt), CONTENT, 0, BUNDLE, PLAN);
    }

    /** Image 0 of a request with some content. */
    static ImageAddress address(String request) {
        return address(request, CONTENT, 0);
    }

    static ImageAddress address(String request, String contentHash, int index) {
        return new ImageAddress(
                new RequestIdentity(new TenantId("acme"), new RequestId(request), contentHash), BUNDLE, index, 42);
    }

    /** An image that names the address as its own. */
    static byte[] png(ImageAddress address, int side) {
        Provenance some = provenance(new Prompt.Label("circle"));
        Provenance provenance = new Provenance(
                ObjectKeys.requestDigest(address.request(), address.bundle()),
                address.index(),
                address.seed(),
                some.label(),
                some.bundle(),
                some.sampler(),
                some.guidance(),
                some.plan());
        return new PngEncoder().encode(noise(side, side), provenance);
    }

    static RgbImage noise(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        new Random(7).nextBytes(rgb);
        return RgbImage.of(width, height, rgb);
    }
}

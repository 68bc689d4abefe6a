package dev.sluice.request;

import java.util.List;
import java.util.Optional;

/** How a request ended. There is one per request, and it carries what the request used on the device. */
public sealed interface Outcome {
    RequestId requestId();

    /** What the request is charged for; {@link DeviceUsage#NONE} where it never reached the device. */
    DeviceUsage usage();

    /** The evaluations that {@link #usage} paid for: without those of a worker whose checkpoint this one went on from. */
    Evaluations spent();

    /**
     * All images are stored.
     *
     * @param calls the batches that made them
     * @param evaluations that made the images, whichever worker spent them
     */
    record Completed(
            RequestId requestId,
            List<StoredImage> images,
            BundleIdentity bundle,
            PlanSummary plan,
            BatchShape calls,
            Evaluations evaluations,
            Evaluations spent,
            DeviceUsage usage,
            Timings timings)
            implements Outcome {
        public Completed {
            images = List.copyOf(images);
        }
    }

    /**
     * No images, and why. Cancelled and expired requests end here too.
     *
     * @param field the field at fault, where one is
     */
    record Failed(
            RequestId requestId,
            FailureCode code,
            String message,
            Optional<String> field,
            Evaluations spent,
            DeviceUsage usage)
            implements Outcome {
        public static Failed refused(RequestId requestId, Refusal refusal) {
            return new Failed(
                    requestId,
                    refusal.code(),
                    refusal.message(),
                    Optional.of(refusal.field()),
                    Evaluations.NONE,
                    DeviceUsage.NONE);
        }
    }
}

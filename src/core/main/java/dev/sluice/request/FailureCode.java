package dev.sluice.request;

/** Why a request ended without images. The name is the code on the wire and the label in the metrics. */
public enum FailureCode {
    MODEL_UNKNOWN(false),
    LABEL_UNKNOWN(false),
    PROMPT_UNSUPPORTED(false),
    PROMPT_TOO_LONG(false),
    STEPS_OUT_OF_RANGE(false),
    IMAGES_OUT_OF_RANGE(false),
    SAMPLER_INVALID(false),
    SCALE_INVALID(false),
    SCHEDULE_INVALID(false),
    GUIDANCE_UNSUPPORTED(false),
    FIELD_INVALID(false),
    CANCELLED(false),
    DEADLINE_EXPIRED(false),
    /** The worker gave the request up after the time that one attempt may take. */
    TIMED_OUT(true),
    /** Worker after worker died over this request, at last while it ran alone. */
    CRASHES_WORKER(false),
    /** A row of this request turned NaN or infinite. */
    NUMERIC_FAULT(false),
    /** The device or the model code failed while this request's rows were in a batch. */
    ENGINE_FAULT(true),
    /** The images could not be stored. */
    STORAGE_FAULT(true);

    private final boolean retriable;

    FailureCode(boolean retriable) {
        this.retriable = retriable;
    }

    /** Whether the same request, published again under a new id, may succeed. */
    public boolean retriable() {
        return retriable;
    }
}

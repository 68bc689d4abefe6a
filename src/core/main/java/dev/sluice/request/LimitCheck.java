package dev.sluice.request;

import dev.sluice.wire.RequestLimits;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Finds what is over a limit. */
public record LimitCheck(RequestLimits limits) {
    /** The first limit that the request breaks, if any. */
    public Optional<Refusal> check(GenerationRequest request) {
        return first(
                checkId(request.id().value()),
                length("tenantId", request.tenant().value(), limits.maxIdLength(), "max-id-length"),
                length("model", request.model(), limits.maxNameLength(), "max-name-length"),
                check(request.prompt()),
                atMost(FailureCode.IMAGES_OUT_OF_RANGE, "images", request.images(), limits.maxImages(), "max-images"),
                atMost(
                        FailureCode.STEPS_OUT_OF_RANGE,
                        "sampler.steps",
                        request.sampler().steps(),
                        limits.maxSteps(),
                        "max-steps"),
                check(request.guidance()),
                atMost(FailureCode.FIELD_INVALID, "tags", request.tags().size(), limits.maxTags(), "max-tags"),
                longest(request.tags().keySet()),
                longest(request.tags().values()));
    }

    /** Whether a record of this request id can be answered at all. */
    public Optional<Refusal> checkId(String requestId) {
        return length("requestId", requestId, limits.maxIdLength(), "max-id-length");
    }

    /** The first limit that a cancellation breaks, if any. */
    public Optional<Refusal> checkCancellation(String requestId, String reason) {
        return first(checkId(requestId), length("reason", reason, limits.maxReasonLength(), "max-reason-length"));
    }

    private Optional<Refusal> check(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Unconditional() -> Optional.empty();
            case Prompt.Label(String name) ->
                atMost(
                        FailureCode.PROMPT_TOO_LONG,
                        "prompt.label",
                        name.length(),
                        limits.maxNameLength(),
                        "max-name-length");
            case Prompt.Text(String text, String negative) ->
                first(
                        atMost(
                                FailureCode.PROMPT_TOO_LONG,
                                "prompt.text",
                                text.length(),
                                limits.maxTextLength(),
                                "max-text-length"),
                        atMost(
                                FailureCode.PROMPT_TOO_LONG,
                                "prompt.negative",
                                negative.length(),
                                limits.maxTextLength(),
                                "max-text-length"));
        };
    }

    private Optional<Refusal> check(Guidance guidance) {
        return switch (guidance) {
            case Guidance.None() -> Optional.empty();
            case Guidance.Classifier classifier -> check(classifier.scale(), classifier.schedule());
            case Guidance.ClassifierFree free -> check(free.scale(), free.schedule());
        };
    }

    private Optional<Refusal> check(double scale, GuidanceSchedule schedule) {
        return first(
                atMost(FailureCode.SCALE_INVALID, "guidance.scale", scale, limits.maxScale(), "max-scale"),
                switch (schedule) {
                    case GuidanceSchedule.Compress compress ->
                        atMost(
                                FailureCode.SCHEDULE_INVALID,
                                "guidance.schedule.exponent",
                                compress.exponent(),
                                limits.maxExponent(),
                                "max-exponent");
                    case GuidanceSchedule.Explicit(List<Integer> timesteps) ->
                        atMost(
                                FailureCode.SCHEDULE_INVALID,
                                "guidance.schedule.timesteps",
                                timesteps.size(),
                                limits.maxSteps(),
                                "max-steps");
                    case GuidanceSchedule.Full full -> Optional.empty();
                    case GuidanceSchedule.EarlyStop earlyStop -> Optional.empty();
                    case GuidanceSchedule.Uniform uniform -> Optional.empty();
                    case GuidanceSchedule.EveryNth everyNth -> Optional.empty();
                    case GuidanceSchedule.Interval interval -> Optional.empty();
                });
    }

    private Optional<Refusal> longest(Collection<String> tagTexts) {
        int longest = tagTexts.stream().mapToInt(String::length).max().orElse(0);
        return atMost(FailureCode.FIELD_INVALID, "tags", longest, limits.maxTagLength(), "max-tag-length");
    }

    private static Optional<Refusal> length(String field, String text, int most, String key) {
        return atMost(FailureCode.FIELD_INVALID, field, text.length(), most, key);
    }

    private static Optional<Refusal> atMost(FailureCode code, String field, double value, int most, String key) {
        return value <= most
                ? Optional.empty()
                : Optional.of(new Refusal(
                        code,
                        field,
                        field + ": " + (value == Math.rint(value) ? String.valueOf((long) value) : value)
                                + " is over limits." + key + " = " + most));
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // The array is only read.
    private static Optional<Refusal> first(Optional<Refusal>... refusals) {
        return Arrays.stream(refusals).flatMap(Optional::stream).findFirst();
    }
}

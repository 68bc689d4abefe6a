package dev.sluice.request;

import java.util.Optional;

/**
 * What one request may ask for at most. Set by the operator; a request over a limit is refused, never trimmed.
 *
 * @param maxTextLength longest prompt or negative prompt, in UTF-16 code units
 * @param maxTags most tags on a request
 */
public record RequestLimits(int maxSteps, int maxImages, int maxTextLength, int maxTags) {
    public static final RequestLimits DEFAULT = new RequestLimits(1000, 16, 2000, 32);

    /** The first limit that the request breaks, if any. */
    public Optional<Refusal> check(GenerationRequest request) {
        int steps = request.sampler().steps();
        if (steps > maxSteps) {
            return refuse(
                    FailureCode.STEPS_OUT_OF_RANGE,
                    "sampler.steps",
                    steps + " steps; at most " + maxSteps + " are allowed");
        }
        if (request.images() > maxImages) {
            return refuse(
                    FailureCode.IMAGES_OUT_OF_RANGE,
                    "images",
                    request.images() + " images; at most " + maxImages + " are allowed");
        }
        if (request.prompt() instanceof Prompt.Text(String text, String negative)) {
            if (text.length() > maxTextLength) {
                return tooLong("prompt.text", text);
            }
            if (negative.length() > maxTextLength) {
                return tooLong("prompt.negative", negative);
            }
        }
        if (request.tags().size() > maxTags) {
            return refuse(
                    FailureCode.FIELD_INVALID,
                    "tags",
                    request.tags().size() + " tags; at most " + maxTags + " are allowed");
        }
        return Optional.empty();
    }

    private Optional<Refusal> tooLong(String field, String text) {
        return refuse(
                FailureCode.PROMPT_TOO_LONG,
                field,
                text.length() + " characters; at most " + maxTextLength + " are allowed");
    }

    private static Optional<Refusal> refuse(FailureCode code, String field, String message) {
        return Optional.of(new Refusal(code, field, message));
    }
}

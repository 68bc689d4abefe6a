package dev.sluice.wire;

/**
 * Every cap on what arrives, set by the operator under {@code limits.*}; {@code docs/limits.md} is the table. A record over
 * a limit is refused, never trimmed. Lengths are in UTF-16 code units.
 *
 * @param maxMessageBytes longest record value that is read
 * @param maxDeadLetterBytes longest value of a dead letter; the one thing that is cut, since nobody acts on it
 * @param maxIdLength longest requestId or tenantId; a request whose own id is longer can't be answered
 * @param maxNameLength longest model or label
 * @param maxTextLength longest prompt or negative prompt
 * @param maxImages most images of a request
 * @param maxSteps most sampling steps T, and the longest list of timesteps
 * @param maxScale largest guidance scale
 * @param maxExponent largest exponent k of a compressing schedule, whose exact arithmetic grows with it
 * @param maxTags most tags on a request
 * @param maxTagLength longest name and longest value of a tag
 * @param maxReasonLength longest reason of a cancellation
 */
public record RequestLimits(
        int maxMessageBytes,
        int maxDeadLetterBytes,
        int maxIdLength,
        int maxNameLength,
        int maxTextLength,
        int maxImages,
        int maxSteps,
        int maxScale,
        int maxExponent,
        int maxTags,
        int maxTagLength,
        int maxReasonLength) {
    public static final RequestLimits DEFAULT =
            new RequestLimits(256 << 10, 512 << 10, 200, 200, 2000, 16, 1000, 1000, 64, 32, 256, 500);
}

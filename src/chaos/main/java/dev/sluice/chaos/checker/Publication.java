package dev.sluice.chaos.checker;

import java.util.Set;

/**
 * A line of the publisher's history: a record that is about to be published.
 *
 * @param id of the request it is or is about; of a poisonous record, what stands for it
 * @param tenant who asks
 * @param allowed outcomes that may follow from it: COMPLETED and failure codes. What a request may end with is all that
 *     the lines under its id allow together
 * @param twin names the requests that must come to the same pixels; empty for none
 * @param images how many images a request asks for
 * @param key of the record; that of a poisonous one is used only once
 * @param publishedAtMillis since the epoch, by the publisher's clock
 */
public record Publication(
        String id,
        String tenant,
        Kind kind,
        Set<String> allowed,
        String twin,
        int images,
        String key,
        long publishedAtMillis) {
    public enum Kind {
        /** Must come to exactly one outcome. */
        REQUEST,
        /** The same request again. It must change nothing. */
        DUPLICATE,
        /** Another request under an id that has been used: a dead letter. */
        CONFLICTING,
        /** A cancellation, be it before, during or after. */
        CANCEL,
        /** A record that can't be answered: a dead letter. */
        POISON;

        /** Whether the dead letter topic must have it, once. */
        public boolean diesOnce() {
            return this == CONFLICTING || this == POISON;
        }
    }

    public Publication {
        allowed = Set.copyOf(allowed);
        if (kind == Kind.REQUEST && allowed.isEmpty()) {
            throw new IllegalArgumentException("request " + id + " must be allowed an outcome");
        }
    }
}

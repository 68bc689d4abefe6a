package dev.sluice.audit;

import dev.sluice.request.GenerationRequest;

/** Takes what audits come to. Called on the audits' thread, but for {@link #dropped}, which any thread may call. */
public interface AuditSink {
    /** An image of this request was judged. */
    void judged(GenerationRequest request, Verdict verdict);

    /** A request was drawn and not judged. */
    void dropped(Reason reason);

    /** Why a request was not judged. */
    enum Reason {
        /** Earlier ones are still being judged. */
        BUSY,
        /** A classifier failed or did not load. */
        FAILED
    }
}

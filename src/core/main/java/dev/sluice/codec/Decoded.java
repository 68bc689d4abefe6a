package dev.sluice.codec;

import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Refusal;
import dev.sluice.request.RequestId;
import dev.sluice.request.TenantId;
import java.util.Optional;

/** What a request's record turned out to be. */
public sealed interface Decoded {
    /** A request that the vocabulary accepts. A bundle may still refuse it. */
    record Valid(GenerationRequest request) implements Decoded {}

    /**
     * A request that asks for something illegal, and can be told so.
     *
     * @param tenant empty where that is what's illegal
     */
    record Invalid(RequestId id, Optional<TenantId> tenant, Refusal refusal) implements Decoded {}

    /** A request without a usable id: there is nobody to answer, so it belongs to the dead letters. */
    record Unidentifiable(String reason) implements Decoded {}
}

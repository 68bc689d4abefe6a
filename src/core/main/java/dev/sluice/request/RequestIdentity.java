package dev.sluice.request;

/**
 * Which request is meant. An id alone doesn't tell: once its outcome is forgotten, it may come again for something else.
 *
 * @param tenant who asked
 * @param id the publisher's name for the request
 * @param contentHash of the request as it was published
 */
public record RequestIdentity(TenantId tenant, RequestId id, String contentHash) {
    public static RequestIdentity of(GenerationRequest request, String contentHash) {
        return new RequestIdentity(request.tenant(), request.id(), contentHash);
    }
}

package dev.sluice.storage;

import dev.sluice.request.RequestId;
import dev.sluice.request.TenantId;

/**
 * Which request a checkpoint belongs to, and for what it may be used. Only tenant and request id are in the key: there
 * is one checkpoint for a request, and one that was made for something else under the same id is not used.
 *
 * @param contentHash of the request as it was published
 * @param platform the kind of device and the library that computed it: equal bits are promised on one platform alone
 */
public record CheckpointAddress(TenantId tenant, RequestId request, String contentHash, String platform) {}

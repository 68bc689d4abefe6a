package dev.sluice.request;

/** Who is charged for a request. */
public record TenantId(String value) {
    public TenantId {
        Fields.requireText("tenantId", value);
    }

    @Override
    public String toString() {
        return value;
    }
}

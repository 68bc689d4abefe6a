package dev.sluice.request;

/** Who is charged for a request. */
public record TenantId(String value) {
    public TenantId {
        Fields.requireText("tenantId", value);
    }

    /** The name as logs and messages show it. {@link #value} is the name itself. */
    @Override
    public String toString() {
        return Printable.line(value);
    }
}

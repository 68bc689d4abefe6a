package dev.sluice.request;

/** Who is charged for a request. */
public record TenantId(String value) {
    public TenantId {
        Fields.requireText("tenantId", value);
    }

    /** For logs and messages; {@link #value} is the name. */
    @Override
    public String toString() {
        return Printable.line(value);
    }
}

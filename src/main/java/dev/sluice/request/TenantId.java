package dev.sluice.request;

/** Who is charged for a request. */
public record TenantId(String value) {
    /** Longest id in UTF-16 code units. */
    public static final int MAX_LENGTH = 200;

    public TenantId {
        Fields.requireText("tenantId", value, MAX_LENGTH);
    }

    @Override
    public String toString() {
        return value;
    }
}

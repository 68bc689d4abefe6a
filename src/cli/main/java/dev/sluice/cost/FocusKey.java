package dev.sluice.cost;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Columns that FOCUS wants and no charge has: who bills whom. They are set for the command. */
public enum FocusKey {
    VERSION("1.2"),
    BILLING_ACCOUNT_ID("sluice"),
    BILLING_ACCOUNT_NAME("Sluice"),
    PROVIDER("Sluice"),
    PUBLISHER("Sluice"),
    INVOICE_ISSUER("Sluice"),
    SERVICE("Sluice"),
    REGION_ID(""),
    REGION_NAME(""),
    /** {@code {account}} stands for the billing account's id, {@code {month}} for the billing period's month. */
    INVOICE_ID("");

    /** What the key begins with among other properties. */
    public static final String PREFIX = "focus.";

    private final String byDefault;

    FocusKey(String byDefault) {
        this.byDefault = byDefault;
    }

    /** The key as it is written, such as {@code billing-account-id}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The environment's variable, such as {@code SLUICE_FOCUS_BILLING_ACCOUNT_ID}. */
    public String variable() {
        return "SLUICE_FOCUS_" + name();
    }

    public String byDefault() {
        return byDefault;
    }

    /** Whether the specification lets the column be null. */
    boolean mayBeEmpty() {
        return switch (this) {
            case BILLING_ACCOUNT_NAME, REGION_ID, REGION_NAME, INVOICE_ID -> true;
            case VERSION, BILLING_ACCOUNT_ID, PROVIDER, PUBLISHER, INVOICE_ISSUER, SERVICE -> false;
        };
    }

    static Optional<FocusKey> of(String key) {
        return Arrays.stream(values()).filter(each -> each.key().equals(key)).findFirst();
    }

    /** Every key there is, for a message. */
    public static String names() {
        return Arrays.stream(values()).map(FocusKey::key).collect(Collectors.joining(", "));
    }
}

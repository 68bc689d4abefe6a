package dev.sluice.log;

import org.jspecify.annotations.Nullable;

/** A key of a line and its value. */
record LogField(String name, @Nullable Object value) {
    /** Whether JSON has a literal for the value. It has none for infinity. */
    boolean isLiteral() {
        return switch (value) {
            case null -> true;
            case Boolean truth -> true;
            case Double number -> Double.isFinite(number);
            case Float number -> Float.isFinite(number);
            case Number number -> true;
            default -> false;
        };
    }
}

package dev.sluice.request;

import org.jspecify.annotations.Nullable;

/** The checks that the vocabulary's constructors share. Each throws {@link InvalidFieldException} naming the field. */
final class Fields {
    private Fields() {}

    static void requireText(String field, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new InvalidFieldException(FailureCode.FIELD_INVALID, field, field + " must not be blank");
        }
    }

    static void requireFiniteScale(String field, double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidFieldException(
                    FailureCode.SCALE_INVALID, field, field + " must be a finite number, not " + value);
        }
        if (value < 0) {
            throw new InvalidFieldException(
                    FailureCode.SCALE_INVALID, field, field + " must be at least 0, not " + value);
        }
    }

    static void requireSchedule(String field, boolean valid, String message) {
        if (!valid) {
            throw new InvalidFieldException(FailureCode.SCHEDULE_INVALID, field, message);
        }
    }
}

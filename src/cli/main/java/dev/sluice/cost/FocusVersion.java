package dev.sluice.cost;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A version of the FOCUS specification whose columns can be written. */
public enum FocusVersion {
    /** Version 1.0. It also has the names under which the validator looks for some columns. */
    V1_0("1.0"),
    V1_2("1.2");

    private final String number;

    FocusVersion(String number) {
        this.number = number;
    }

    static FocusVersion parse(String number) {
        return Arrays.stream(values())
                .filter(version -> version.number.equals(number))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("version must be "
                        + Arrays.stream(values()).map(version -> version.number).collect(Collectors.joining(" or "))
                        + ", not " + number));
    }
}

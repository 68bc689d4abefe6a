package dev.sluice.cli;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Options that do nothing without another. Given alone they are refused, because they would not do what the user means.
 */
final class Companions {
    private Companions() {}

    /**
     * Refuses the options where none of the others is given.
     *
     * @param options of which each is for the others alone
     */
    static void require(CommandSpec spec, List<String> options, String... others) {
        if (Arrays.stream(others).noneMatch(other -> isGiven(spec, other))) {
            options.stream().filter(option -> isGiven(spec, option)).findFirst().ifPresent(option -> {
                throw new ParameterException(
                        spec.commandLine(),
                        option + " does nothing without "
                                + Arrays.stream(others).collect(Collectors.joining(" or ")));
            });
        }
    }

    /** Refuses the options beside one that has its own. */
    static void refuse(CommandSpec spec, List<String> options, String beside) {
        if (isGiven(spec, beside)) {
            options.stream().filter(option -> isGiven(spec, option)).findFirst().ifPresent(option -> {
                throw new ParameterException(spec.commandLine(), option + " does nothing beside " + beside);
            });
        }
    }

    private static boolean isGiven(CommandSpec spec, String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }
}

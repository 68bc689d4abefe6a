package dev.sluice.cli;

import dev.sluice.request.Printable;
import dev.sluice.text.Nearest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says what is wrong with a command's arguments: one line, with the nearest right word, and no usage before or after
 * it.
 */
final class UsageErrors implements IParameterExceptionHandler {
    private static final Pattern NO_SUCH_COMMAND = Pattern.compile("Unknown subcommand '(.*)'.*");
    private static final Pattern NO_PAIR =
            Pattern.compile("Value for option option '(.*)' \\((.*)\\) should be in .* format but was (.*)");
    private static final Pattern WRONG_VALUE =
            Pattern.compile("Invalid value for (?:option|positional parameter) .*?: (.*)");

    @Override
    public int handleParseException(ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        CommandSpec spec = command.getCommandSpec();
        if (arguments.length == 0) {
            // Without arguments nothing can be wrong: print the list of commands.
            command.usage(command.getErr());
            command.getErr().println();
        }
        command.getErr()
                .println(Printable.lines(sentence(wrong, spec)) + " (" + spec.qualifiedName() + " --help says more)");
        command.getErr().flush();
        return spec.exitCodeOnInvalidInput();
    }

    private static String sentence(ParameterException wrong, CommandSpec spec) {
        String message = String.valueOf(wrong.getMessage()).lines().findFirst().orElse("");
        Matcher command = NO_SUCH_COMMAND.matcher(message);
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched.getUnmatched().getFirst(), spec);
        }
        if (command.matches()) {
            return noSuchCommand(command.group(1), spec.root());
        }
        Matcher pair = NO_PAIR.matcher(message);
        if (pair.matches()) {
            return pair.group(1) + ": must be " + pair.group(2) + ", not " + pair.group(3);
        }
        if (message.equals("Missing required subcommand")) {
            return "say what to do: " + String.join(", ", commands(spec));
        }
        ArgSpec argument = wrong.getArgSpec();
        Matcher value = WRONG_VALUE.matcher(message);
        return argument != null && value.matches() ? wrongValue(argument, wrong.getValue(), value.group(1)) : message;
    }

    private static String unmatched(String word, CommandSpec spec) {
        if (word.startsWith("-")) {
            String option = word.replaceFirst("=.*", "");
            if (spec.subcommands().values().stream()
                    .anyMatch(command -> options(command.getCommandSpec()).contains(option))) {
                return "say what to do first, then " + option + ": " + String.join(", ", commands(spec));
            }
            return "no such option: " + option + Nearest.didYouMean(option, options(spec));
        }
        return spec.subcommands().isEmpty() ? word + ": one word too many" : noSuchCommand(word, spec);
    }

    private static String noSuchCommand(String word, CommandSpec spec) {
        List<String> commands = commands(spec);
        String meant = Nearest.didYouMean(word, commands);
        return "no such command: " + word + (meant.isEmpty() ? "; there are " + String.join(", ", commands) : meant);
    }

    private static String wrongValue(ArgSpec argument, @Nullable String value, String why) {
        String name = argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
        Class<?> type = Arrays.stream(argument.auxiliaryTypes()).findFirst().orElse(argument.type());
        if (!type.isEnum() || value == null) {
            return name + ": "
                    + why.replace("is not an int", "is no whole number")
                            .replace("is not a long", "is no whole number")
                            .replace("is not a double", "is no number");
        }
        List<String> choices = Arrays.stream(type.getEnumConstants())
                .map(choice -> choice.toString().toLowerCase(Locale.ROOT))
                .toList();
        return name + ": " + value + " is none of " + String.join(", ", choices) + Nearest.didYouMean(value, choices);
    }

    private static List<String> options(CommandSpec spec) {
        return spec.options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Arrays.stream(option.names()))
                .filter(name -> name.startsWith("--"))
                .toList();
    }

    private static List<String> commands(CommandSpec spec) {
        return spec.subcommands().entrySet().stream()
                .filter(entry ->
                        !entry.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .toList();
    }
}

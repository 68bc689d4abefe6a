package dev.sluice.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Sets help in lines that break between words only. Picocli's own break after a full stop or a colon too, and cut keys,
 * addresses and commands to copy in two. Lines that begin with a blank, or with {@code Example:}, stay whole.
 */
final class HelpLayout {
    private static final int WIDTH = 80;
    private static final int INDENT = 2;
    private static final int WIDEST_NAMES = 28;
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final String EXAMPLE = "Example: ";

    private HelpLayout() {}

    /** Gives a command and all its subcommands this layout. */
    static CommandLine of(CommandLine command) {
        Map<String, IHelpSectionRenderer> sections = new HashMap<>(command.getHelpSectionMap());
        sections.put(UsageMessageSpec.SECTION_KEY_SYNOPSIS, HelpLayout::synopsis);
        sections.put(UsageMessageSpec.SECTION_KEY_DESCRIPTION, HelpLayout::description);
        sections.put(UsageMessageSpec.SECTION_KEY_PARAMETER_LIST, HelpLayout::parameters);
        sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpLayout::options);
        sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, HelpLayout::commands);
        return command.setHelpSectionMap(sections);
    }

    /** Names, and the text that explains them. */
    private record Entry(String names, String text) {}

    private static String synopsis(Help help) {
        String name = help.commandSpec().qualifiedName();
        // Picocli wraps it by itself, and wrongly: what it made is taken apart and put together again.
        String whole = help.synopsis(help.synopsisHeadingLength())
                .replaceAll("\\s+", " ")
                .replace(", ", ",")
                .replace(": ", ":")
                .strip();
        String rest = whole.substring(name.length()).strip();
        StringBuilder text = new StringBuilder(name);
        int indent = "Usage: ".length() + name.length() + 1;
        wrap(rest, WIDTH - indent)
                .forEach(line -> text.append(text.length() == name.length() ? " " : " ".repeat(indent))
                        .append(line)
                        .append(System.lineSeparator()));
        return text.toString();
    }

    private static String description(Help help) {
        StringBuilder text = new StringBuilder();
        for (String line : help.commandSpec().usageMessage().description()) {
            // Picocli's own help command has a format's line breaks in its text.
            String plain = help.colorScheme().text(line.replace("%n", "")).toString();
            boolean whole = line.startsWith(" ") || line.startsWith(EXAMPLE) || line.isEmpty();
            (whole ? List.of(plain) : wrap(plain, WIDTH))
                    .forEach(part -> text.append(part).append(System.lineSeparator()));
        }
        return text.toString();
    }

    private static String options(Help help) {
        List<Entry> entries = new ArrayList<>();
        help.commandSpec().options().stream()
                .filter(option -> !option.hidden())
                .sorted(Comparator.comparing(OptionSpec::longestName, String.CASE_INSENSITIVE_ORDER))
                .forEach(option -> entries.add(new Entry(
                        names(option, help),
                        described(help.createDefaultOptionRenderer()
                                .render(option, help.parameterLabelRenderer(), help.colorScheme())))));
        return list(entries);
    }

    private static String parameters(Help help) {
        List<Entry> entries = new ArrayList<>();
        for (PositionalParamSpec parameter : help.commandSpec().positionalParameters()) {
            entries.add(new Entry(
                    help.parameterLabelRenderer()
                            .renderParameterLabel(parameter, help.ansi(), List.of())
                            .toString(),
                    described(help.createDefaultParameterRenderer()
                            .render(parameter, help.parameterLabelRenderer(), help.colorScheme()))));
        }
        return list(entries);
    }

    private static String commands(Help help) {
        List<Entry> entries = new ArrayList<>();
        help.subcommands().forEach((name, command) -> {
            UsageMessageSpec usage = command.commandSpec().usageMessage();
            String[] description = usage.header().length > 0 ? usage.header() : usage.description();
            entries.add(new Entry(name, description.length == 0 ? "" : description[0]));
        });
        return list(entries);
    }

    /** Names in the order of their lengths, short ones in a column of their own. */
    private static String names(OptionSpec option, Help help) {
        String label = help.parameterLabelRenderer()
                .renderParameterLabel(option, help.ansi(), List.of())
                .toString();
        String shortest = option.shortestName();
        return (shortest.equals(option.longestName()) ? "    " : shortest + ", ") + option.longestName() + label;
    }

    /** The last column of all rows: the description with its variables filled in. */
    private static String described(Help.Ansi.Text[][] rows) {
        StringBuilder text = new StringBuilder();
        for (Help.Ansi.Text[] row : rows) {
            text.append(text.isEmpty() ? "" : " ").append(row[row.length - 1].toString());
        }
        return text.toString();
    }

    private static String list(List<Entry> entries) {
        int column = INDENT
                + entries.stream()
                        .mapToInt(entry -> entry.names().length())
                        .filter(length -> length <= WIDEST_NAMES)
                        .max()
                        .orElse(WIDEST_NAMES)
                + INDENT;
        StringBuilder text = new StringBuilder();
        for (Entry entry : entries) {
            String names = " ".repeat(INDENT) + entry.names();
            boolean fits = names.length() + INDENT <= column;
            text.append(
                    fits
                            ? names + " ".repeat(column - names.length())
                            : names + System.lineSeparator() + " ".repeat(column));
            text.append(String.join(System.lineSeparator() + " ".repeat(column), wrap(entry.text(), WIDTH - column)))
                    .append(System.lineSeparator());
        }
        return text.toString();
    }

    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : BLANKS.splitAsStream(text.strip()).toList()) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}

package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

class HelpLayoutTest {
    private static final int WIDTH = 80;

    static List<CommandLine> commands() {
        return all(Main.commandLine()).toList();
    }

    private static Stream<CommandLine> all(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpLayoutTest::all));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void breaksBetweenWordsOnlyAndCutsNoSentence(CommandLine command) {
        String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
        String inOneLine = help.replaceAll("\\s+", " ");

        for (OptionSpec option : command.getCommandSpec().options()) {
            for (String line : option.description()) {
                if (!option.hidden() && !line.contains("$")) {
                    assertThat(inOneLine).contains(line.strip());
                }
            }
        }
        command.getSubcommands().values().forEach(under -> {
            UsageMessageSpec usage = under.getCommandSpec().usageMessage();
            if (usage.hidden()) {
                return;
            }
            String first = usage.header().length > 0 ? usage.header()[0] : usage.description()[0];
            assertThat(first).endsWith(".");
            assertThat(inOneLine).contains(first);
        });
        assertThat(help).doesNotContain("%n");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void fitsATerminalSaveForWhatIsToBeCopied(CommandLine command) {
        String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);

        assertThat(help.lines().filter(line -> !line.contains("sluice ") && !line.startsWith("{")))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(WIDTH));
    }
}

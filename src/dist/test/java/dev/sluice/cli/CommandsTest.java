package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommandsTest {
    static Set<String> names() {
        return Main.commandLine().getSubcommands().keySet();
    }

    @ParameterizedTest
    @MethodSource("names")
    void makesTheNamedCommandAlone(String name) {
        Set<String> made = Main.commandLine(name, "--help").getSubcommands().keySet();

        if (name.equals("help")) {
            assertThat(made).isEqualTo(names());
        } else {
            assertThat(made).containsExactly(name);
        }
    }

    @Test
    void makesAllWhereNoneIsNamed() {
        assertThat(Stream.of(new String[] {}, new String[] {"--help"}, new String[] {"sumbit"})
                        .map(arguments ->
                                Main.commandLine(arguments).getSubcommands().keySet()))
                .allMatch(names()::equals);
    }

    /** Which the build runs, and nobody else. */
    @Test
    void listsEveryCommandButTheRehearsal() {
        String help = Main.commandLine().getUsageMessage();

        assertThat(names()).filteredOn(name -> !name.equals("rehearse")).allMatch(name -> help.contains("  " + name));
        assertThat(help).doesNotContain("rehearse");
    }
}

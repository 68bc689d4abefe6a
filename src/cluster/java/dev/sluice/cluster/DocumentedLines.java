package dev.sluice.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands as docs/operations.md has them, so that what is run is what is read. */
final class DocumentedLines {
    private static final Path PAGE = Path.of("docs", "operations.md");

    private DocumentedLines() {}

    /**
     * The commands of a section's shell blocks, in their order, each with the lines that it goes on over.
     *
     * @param heading without its marks
     */
    static List<String> of(String heading) {
        List<String> commands = new ArrayList<>();
        boolean inSection = false;
        boolean inBlock = false;
        String begun = "";
        for (String line : lines()) {
            if (line.startsWith("#") && !inBlock) {
                inSection = line.replaceFirst("^#+ ", "").equals(heading);
            } else if (line.startsWith("```")) {
                inBlock = inSection && line.equals("```sh");
            } else if (inBlock && !line.isBlank()) {
                begun = begun + line;
                if (line.endsWith("\\") || begun.chars().filter(c -> c == '\'').count() % 2 == 1) {
                    begun = begun + "\n";
                } else {
                    commands.add(begun);
                    begun = "";
                }
            }
        }
        if (commands.isEmpty()) {
            throw new IllegalStateException(PAGE + " has no commands under \"" + heading + "\"");
        }
        return List.copyOf(commands);
    }

    /** The one command of a section that begins like this. */
    static String of(String heading, String beginning) {
        List<String> found = of(heading).stream()
                .filter(command -> command.startsWith(beginning))
                .toList();
        if (found.size() != 1) {
            throw new IllegalStateException(
                    PAGE + " has " + found.size() + " commands \"" + beginning + "\" under \"" + heading + "\"");
        }
        return found.getFirst();
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(PAGE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

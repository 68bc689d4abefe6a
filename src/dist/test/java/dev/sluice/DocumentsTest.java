package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages hold together: links lead somewhere, the index is complete, classes that are named exist. */
class DocumentsTest {
    private static final int README_WORDS = 900;
    private static final int README_HEAD_LINES = 15;
    private static final Path DECISIONS = Path.of("docs", "decisions");
    private static final Path ARCHITECTURE = Path.of("docs", "architecture.md");
    private static final Set<String> BUILT = Set.of("target", "build", "node_modules", ".git", ".venv", "data");
    private static final Pattern WORD = Pattern.compile("\\S+");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.*?)\\s*$");
    private static final Pattern CLASS = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            Matcher link = LINK.matcher(withoutCode(Files.readString(page)));
            while (link.find()) {
                String target = link.group(1);
                if (!target.contains(":") && !isThere(page, target)) {
                    broken.add(page + " -> " + target);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void theReadmeTakesTwoMinutesAndBeginsWithTheTwoCommands() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        assertThat(WORD.matcher(readme).results()).hasSizeLessThanOrEqualTo(README_WORDS);
        assertThat(readme.lines().limit(README_HEAD_LINES).collect(Collectors.joining("\n")))
                .contains("./sluice demo", "./mvnw verify");
    }

    @Test
    void theIndexHasEveryDecisionInOrder() throws IOException {
        List<String> decisions;
        try (Stream<Path> files = Files.list(DECISIONS)) {
            decisions = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("\\d{4}-.*\\.md"))
                    .sorted()
                    .toList();
        }
        assertThat(decisions.stream().map(name -> Integer.parseInt(name.substring(0, 4))))
                .as("numbers without a gap")
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, decisions.size()).boxed().toList());

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < decisions.size(); i++) {
            String title = Files.readString(DECISIONS.resolve(decisions.get(i)))
                    .lines()
                    .findFirst()
                    .orElseThrow()
                    .replaceFirst("^# ", "");
            expected.add((i + 1) + ". [" + title + "](" + decisions.get(i) + ")");
        }
        assertThat(Files.readString(DECISIONS.resolve("README.md")).lines().filter(line -> line.matches("\\d+\\. .*")))
                .containsExactlyElementsOf(expected);
    }

    @Test
    void everyClassThatTheArchitectureNamesExists() throws IOException {
        Set<String> known = new HashSet<>(Set.of("Main", "Dockerfile"));
        known.addAll(named(Path.of("src"), ".java"));
        known.addAll(named(Path.of("schemas"), ".avsc"));
        Set<String> named = new TreeSet<>();
        Matcher match = CLASS.matcher(withoutCode(Files.readString(ARCHITECTURE)));
        while (match.find()) {
            named.add(match.group(1));
        }
        assertThat(named).hasSizeGreaterThan(20).isSubsetOf(known);
    }

    private static boolean isThere(Path page, String target) throws IOException {
        int hash = target.indexOf('#');
        String file = hash < 0 ? target : target.substring(0, hash);
        Path path = file.isEmpty() ? page : page.resolveSibling(file).normalize();
        if (!Files.exists(path)) {
            return false;
        }
        return hash < 0
                || !path.toString().endsWith(".md")
                || anchors(Files.readString(path)).contains(target.substring(hash + 1));
    }

    /** Makes anchors as GitHub does: lower case, no punctuation, hyphens for spaces, a number for a repeated heading. */
    private static Set<String> anchors(String page) {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        for (String line : withoutCode(page).lines().toList()) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                String text = heading.group(1).replaceAll("\\]\\([^)]*\\)", "]");
                String anchor = text.toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}\\s_-]", "")
                        .replace(' ', '-');
                int before = seen.merge(anchor, 1, Integer::sum) - 1;
                anchors.add(before == 0 ? anchor : anchor + "-" + before);
            }
        }
        return anchors;
    }

    /** Leaves out fenced blocks, where neither a link nor a heading is one. */
    private static String withoutCode(String page) {
        List<String> lines = new ArrayList<>();
        boolean code = false;
        for (String line : page.lines().toList()) {
            if (line.strip().startsWith("```")) {
                code = !code;
            } else if (!code) {
                lines.add(line);
            }
        }
        return String.join("\n", lines);
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        collect(Path.of(""), pages);
        return pages;
    }

    private static void collect(Path folder, List<Path> pages) throws IOException {
        List<Path> entries;
        try (Stream<Path> listed = Files.list(folder)) {
            entries = listed.toList();
        }
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            if (Files.isDirectory(entry)) {
                if (!BUILT.contains(name)) {
                    collect(entry, pages);
                }
            } else if (name.endsWith(".md")) {
                pages.add(entry);
            }
        }
    }

    /** Names of files below a folder, without their ending. */
    private static Set<String> named(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .collect(Collectors.toSet());
        }
    }
}

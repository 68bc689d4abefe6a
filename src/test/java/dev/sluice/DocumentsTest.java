package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
        assertThat(readme.strip().split("\\s+")).hasSizeLessThanOrEqualTo(README_WORDS);
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
        Set<String> known;
        try (Stream<Path> files = Stream.concat(Files.walk(Path.of("src")), Files.walk(Path.of("schemas")))) {
            known = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java") || name.endsWith(".avsc"))
                    .map(name -> name.substring(0, name.lastIndexOf('.')))
                    .collect(Collectors.toSet());
        }
        Set<String> named = new TreeSet<>();
        Matcher match = CLASS.matcher(withoutCode(Files.readString(ARCHITECTURE)));
        while (match.find()) {
            named.add(match.group(1));
        }
        assertThat(named).hasSizeGreaterThan(20).isSubsetOf(with(known, "Main", "Dockerfile"));
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

    /** As GitHub makes them: lower case, no punctuation, hyphens for spaces, a number where a heading comes again. */
    private static Set<String> anchors(String page) {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        for (String line : withoutCode(page).split("\n")) {
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

    /** Without fenced blocks, where neither a link nor a heading is one. */
    private static String withoutCode(String page) {
        List<String> lines = new ArrayList<>();
        boolean code = false;
        for (String line : page.split("\n")) {
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

    private static Set<String> with(Set<String> known, String... more) {
        Set<String> all = new HashSet<>(known);
        all.addAll(Arrays.asList(more));
        return all;
    }
}

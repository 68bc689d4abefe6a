import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code java KnownFaults.java [--advisories FOLDER | --osv URL] FILE...}: which parts have known faults. A file is a bill of
 * materials in CycloneDX, or pins for pip. The faults are those that OSV knows, or those in a folder of advisories in OSV's
 * format, with which nothing is asked over the network.
 *
 * <p>Ends with 1 where a part has a fault, with 2 where none was found but a part was not checked, and with 0 otherwise.
 */
final class KnownFaults {
    private static final String OSV = "https://api.osv.dev";
    private static final Pattern PIN = Pattern.compile("([A-Za-z0-9._-]+)(?:\\[[^]]*])?==([^\\s;\\\\]+).*");
    private static final int EXAMPLES = 5;
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * What is looked for.
     *
     * @param ecosystem OSV's name of where it comes from; empty where OSV has none
     */
    record Part(String ecosystem, String name, String version) {
        @Override
        public String toString() {
            return name + " " + version;
        }
    }

    record Fault(Part part, Advisory advisory) {}

    /**
     * One text about one fault.
     *
     * @param fixed the version that a part needs; empty where none is named
     */
    record Advisory(String id, List<String> aliases, String summary, String fixed) {
        @Override
        public String toString() {
            return id + (aliases.isEmpty() ? "" : " (" + String.join(", ", aliases) + ")")
                    + (summary.isEmpty() ? "" : ": " + summary)
                    + (fixed.isEmpty() ? "; no version is named that mends it" : "; fixed in " + fixed);
        }
    }

    /**
     * What came of it.
     *
     * @param against what the parts were held against, for people
     */
    record Answer(List<Fault> faults, Collection<Part> unchecked, String reason, String against) {}

    interface Advisories {
        Answer of(Set<Part> parts) throws IOException, InterruptedException;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Advisories advisories = new Osv(OSV);
        Set<Part> parts = new LinkedHashSet<>();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--advisories" -> advisories = new Folder(Path.of(arguments[++i]));
                case "--osv" -> advisories = new Osv(arguments[++i]);
                default -> parts.addAll(parts(Path.of(arguments[i])));
            }
        }
        System.exit(told(advisories.of(parts), parts));
    }

    private static int told(Answer answer, Set<Part> parts) {
        for (Fault fault : answer.faults()) {
            System.out.println("FAULT " + fault.part() + ": " + fault.advisory());
        }
        Set<Part> checked = new LinkedHashSet<>(parts);
        checked.removeAll(answer.unchecked());
        if (!checked.isEmpty()) {
            long faulty = answer.faults().stream().map(Fault::part).distinct().count();
            System.out.println(
                    "Checked against " + answer.against() + ": " + counted(checked) + ". Faulty: " + faulty + ".");
        }
        if (!answer.unchecked().isEmpty()) {
            System.out.println("Not checked: " + counted(answer.unchecked()) + ". " + answer.reason());
            System.out.println("  "
                    + answer.unchecked().stream()
                            .limit(EXAMPLES)
                            .map(Part::toString)
                            .collect(Collectors.joining(", "))
                    + (answer.unchecked().size() > EXAMPLES
                            ? " and " + (answer.unchecked().size() - EXAMPLES) + " more"
                            : ""));
        }
        return !answer.faults().isEmpty() ? 1 : answer.unchecked().isEmpty() ? 0 : 2;
    }

    private static String counted(Collection<Part> parts) {
        Map<String, Long> counts =
                parts.stream().collect(Collectors.groupingBy(Part::ecosystem, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(count -> count.getValue() + " of " + (count.getKey().isEmpty() ? "no registry" : count.getKey()))
                .collect(Collectors.joining(", "));
    }

    private static List<Part> parts(Path file) throws IOException {
        List<Part> parts = new ArrayList<>();
        if (!file.toString().endsWith(".json")) {
            for (String line : Files.readAllLines(file)) {
                Matcher pin = PIN.matcher(line.strip());
                if (pin.matches()) {
                    parts.add(new Part("PyPI", python(pin.group(1)), pin.group(2)));
                }
            }
            return parts;
        }
        for (JsonNode component : JSON.readTree(file.toFile()).path("components")) {
            String purl = component.path("purl").asText();
            if (!purl.startsWith("pkg:maven/dev.sluice/")) {
                parts.add(part(
                        purl,
                        component.path("name").asText(),
                        component.path("version").asText()));
            }
        }
        return parts;
    }

    /** As <a href="https://github.com/package-url/purl-spec">package URLs</a> and OSV say it. */
    private static Part part(String purl, String name, String version) {
        String type = purl.replaceFirst("^pkg:", "").replaceFirst("/.*", "");
        String path = decoded(
                purl.replaceFirst("[?#].*", "").replaceFirst("@[^@]*$", "").replaceFirst("^pkg:[^/]*/", ""));
        return switch (type) {
            case "maven" -> new Part("Maven", path.replace('/', ':'), version);
            case "pypi" -> new Part("PyPI", python(path), version);
            case "golang" -> new Part("Go", path, version.replaceFirst("^v", ""));
            case "npm" -> new Part("npm", path, version);
            case "deb" ->
                new Part(
                        "Debian:" + qualifier(purl, "distro").replaceFirst("^debian-([0-9]*).*", "$1"),
                        // Debian's faults are told by what packages are built of.
                        qualifier(purl, "upstream").isEmpty() ? name : qualifier(purl, "upstream"),
                        version.replaceFirst("\\+b[0-9]+$", ""));
            default -> new Part("", name, version);
        };
    }

    private static String qualifier(String purl, String key) {
        Matcher found = Pattern.compile("[?&]" + key + "=([^&#]*)").matcher(purl);
        return found.find() ? decoded(found.group(1)) : "";
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String python(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
    }

    private static Advisory advisory(JsonNode osv, Part part) {
        List<String> aliases = new ArrayList<>();
        osv.path("aliases").forEach(alias -> aliases.add(alias.asText()));
        return new Advisory(
                osv.path("id").asText(),
                aliases,
                osv.path("summary").asText().strip(),
                Affected.of(osv, part).flatMap(affected -> affected.fixed(part.version())).orElse(""));
    }

    /** OSV's own service. */
    record Osv(String address) implements Advisories {
        private static final int AT_ONCE = 1000;
        private static final Duration PATIENCE = Duration.ofSeconds(30);

        @Override
        public Answer of(Set<Part> parts) throws InterruptedException {
            List<Part> asked = new ArrayList<>(parts);
            List<Part> unasked = parts.stream().filter(part -> part.ecosystem().isEmpty()).toList();
            asked.removeAll(unasked);
            List<Fault> faults = new ArrayList<>();
            try (HttpClient http =
                    HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
                for (int from = 0; from < asked.size(); from += AT_ONCE) {
                    faults.addAll(faults(http, asked.subList(from, Math.min(from + AT_ONCE, asked.size()))));
                }
            } catch (IOException e) {
                return new Answer(List.of(), parts, address + " could not be asked: " + e + ".", address);
            }
            return new Answer(faults, unasked, "OSV has no ecosystem for them.", address);
        }

        private List<Fault> faults(HttpClient http, List<Part> parts) throws IOException, InterruptedException {
            List<Fault> faults = new ArrayList<>();
            List<Part> asked = parts;
            List<String> pages = parts.stream().map(part -> "").toList();
            while (!asked.isEmpty()) {
                ArrayNode queries = JSON.createArrayNode();
                for (int i = 0; i < asked.size(); i++) {
                    ObjectNode query =
                            queries.addObject().put("version", asked.get(i).version());
                    query.putObject("package")
                            .put("ecosystem", asked.get(i).ecosystem())
                            .put("name", asked.get(i).name());
                    if (!pages.get(i).isEmpty()) {
                        query.put("page_token", pages.get(i));
                    }
                }
                JsonNode results = sent(
                                http,
                                request("/v1/querybatch")
                                        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(
                                                JSON.createObjectNode().set("queries", queries)))))
                        .path("results");
                if (results.size() != asked.size()) {
                    throw new IOException(results.size() + " answers to " + asked.size() + " questions");
                }
                List<Part> more = new ArrayList<>();
                List<String> next = new ArrayList<>();
                for (int i = 0; i < asked.size(); i++) {
                    for (JsonNode fault : results.get(i).path("vulns")) {
                        JsonNode osv = sent(http, request("/v1/vulns/" + fault.path("id").asText()));
                        if (!osv.hasNonNull("withdrawn")) {
                            faults.add(new Fault(asked.get(i), advisory(osv, asked.get(i))));
                        }
                    }
                    String page = results.get(i).path("next_page_token").asText();
                    if (!page.isEmpty()) {
                        more.add(asked.get(i));
                        next.add(page);
                    }
                }
                asked = more;
                pages = next;
            }
            return faults;
        }

        private HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create(address + path)).timeout(PATIENCE);
        }

        private static JsonNode sent(HttpClient http, HttpRequest.Builder request)
                throws IOException, InterruptedException {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("status " + answer.statusCode() + " of " + answer.uri());
            }
            return JSON.readTree(answer.body());
        }
    }

    /** Files of advisories, as a clone of GitHub's advisory database or an archive of OSV has them. */
    record Folder(Path folder) implements Advisories {
        /** Versions of Debian are not compared here. */
        private static final Set<String> COMPARED = Set.of("Maven", "PyPI", "Go", "npm");

        @Override
        public Answer of(Set<Part> parts) throws IOException {
            Map<String, List<Part>> named = new HashMap<>();
            parts.forEach(part -> named.computeIfAbsent(key(part.ecosystem(), part.name()), key -> new ArrayList<>())
                    .add(part));
            Set<String> ecosystems = new HashSet<>();
            List<Fault> faults = new ArrayList<>();
            int count = 0;
            String newest = "";
            List<Path> files;
            try (Stream<Path> all = Files.walk(folder)) {
                files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
            }
            for (Path file : files) {
                JsonNode osv = JSON.readTree(file.toFile());
                if (!osv.hasNonNull("id") || !osv.hasNonNull("modified") || osv.hasNonNull("withdrawn")) {
                    continue;
                }
                count++;
                String modified = osv.path("modified").asText();
                newest = modified.compareTo(newest) > 0 ? modified : newest;
                Set<Part> meant = new LinkedHashSet<>();
                for (JsonNode affected : osv.path("affected")) {
                    String ecosystem = affected.at("/package/ecosystem").asText();
                    ecosystems.add(ecosystem);
                    meant.addAll(named.getOrDefault(
                            key(ecosystem, affected.at("/package/name").asText()), List.of()));
                }
                for (Part part : meant) {
                    if (Affected.of(osv, part).isPresent()) {
                        faults.add(new Fault(part, advisory(osv, part)));
                    }
                }
            }
            ecosystems.retainAll(COMPARED);
            List<Part> unchecked = parts.stream()
                    .filter(part -> !ecosystems.contains(part.ecosystem()))
                    .toList();
            return new Answer(
                    faults,
                    unchecked,
                    folder + " has no advisories for them that can be compared.",
                    count + " advisories, the newest of " + newest.replaceFirst("T.*", ""));
        }

        private static String key(String ecosystem, String name) {
            return ecosystem + " " + (ecosystem.equals("PyPI") ? python(name) : name);
        }
    }

    /** The part of an advisory that names a version as faulty. */
    record Affected(JsonNode affected) {
        static Optional<Affected> of(JsonNode osv, Part part) {
            for (JsonNode affected : osv.path("affected")) {
                String name = affected.at("/package/name").asText();
                if (affected.at("/package/ecosystem").asText().equals(part.ecosystem())
                        && (part.ecosystem().equals("PyPI") ? python(name) : name).equals(part.name())
                        && new Affected(affected).has(part.version())) {
                    return Optional.of(new Affected(affected));
                }
            }
            return Optional.empty();
        }

        private boolean has(String version) {
            for (JsonNode listed : affected.path("versions")) {
                if (listed.asText().equals(version)) {
                    return true;
                }
            }
            for (JsonNode range : affected.path("ranges")) {
                if (!range.path("type").asText().equals("GIT") && lies(version, range.path("events"))) {
                    return true;
                }
            }
            return false;
        }

        /** As <a href="https://ossf.github.io/osv-schema/#evaluation">OSV evaluates</a> a range. */
        private static boolean lies(String text, JsonNode events) {
            Version version = Version.of(text);
            List<Map.Entry<String, Version>> sorted = new ArrayList<>();
            for (JsonNode event : events) {
                event.properties()
                        .forEach(field -> sorted.add(Map.entry(
                                field.getKey(), Version.of(field.getValue().asText()))));
            }
            sorted.sort(Map.Entry.comparingByValue());
            boolean within = false;
            for (Map.Entry<String, Version> event : sorted) {
                int compared = version.compareTo(event.getValue());
                switch (event.getKey()) {
                    case "introduced" -> within |= compared >= 0;
                    case "fixed" -> within &= compared < 0;
                    case "last_affected" -> within &= compared <= 0;
                    default -> {}
                }
            }
            return within;
        }

        /** The lowest version above that mends it. */
        private Optional<String> fixed(String version) {
            List<String> above = new ArrayList<>();
            for (JsonNode range : affected.path("ranges")) {
                for (JsonNode event : range.path("events")) {
                    String fixed = event.path("fixed").asText();
                    if (!range.path("type").asText().equals("GIT")
                            && !fixed.isEmpty()
                            && Version.of(fixed).compareTo(Version.of(version)) > 0) {
                        above.add(fixed);
                    }
                }
            }
            return above.stream().min(Comparator.comparing(Version::of));
        }
    }

    /**
     * A version as Maven orders it: by numbers, and by the words for what comes before a release. Those of Python and Go are
     * close enough; what follows a plus is left out.
     */
    record Version(List<String> items) implements Comparable<Version> {
        private static final List<String> WORDS =
                List.of("dev", "alpha", "a", "beta", "b", "milestone", "m", "rc", "cr", "c", "snapshot", "", "sp");
        private static final Set<String> RELEASE = Set.of("ga", "final", "release");

        static Version of(String text) {
            String plain = text.toLowerCase(Locale.ROOT)
                    .replaceFirst("^v(?=[0-9])", "")
                    .replaceFirst("\\+.*", "");
            return new Version(
                    Stream.of(plain.split("[.\\-_]|(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])"))
                            .map(item -> RELEASE.contains(item) ? "" : item)
                            .toList());
        }

        @Override
        public int compareTo(Version other) {
            for (int i = 0; i < Math.max(items.size(), other.items.size()); i++) {
                int compared = compare(item(i), other.item(i));
                if (compared != 0) {
                    return compared;
                }
            }
            return 0;
        }

        private String item(int place) {
            return place < items.size() ? items.get(place) : "";
        }

        private static int compare(String one, String other) {
            return number(one).isPresent() || number(other).isPresent()
                    ? Comparator.<Long>naturalOrder()
                            .compare(
                                    number(one).orElseGet(() -> beside(one)),
                                    number(other).orElseGet(() -> beside(other)))
                    : word(one).compareTo(word(other));
        }

        /** What a word is beside a number: none, as nothing is 0; any other word lies below. */
        private static long beside(String word) {
            return word.isEmpty() ? 0 : -1;
        }

        private static Optional<Long> number(String item) {
            return item.matches("[0-9]{1,18}") ? Optional.of(Long.valueOf(item)) : Optional.empty();
        }

        private static String word(String item) {
            int known = WORDS.indexOf(item);
            return known < 0 ? "z" + item : String.valueOf((char) ('a' + known));
        }
    }
}

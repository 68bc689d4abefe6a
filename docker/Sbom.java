import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * {@code java Sbom.java TARGET LIBRARIES DEBIAN WHEELS OUT}: the bill of materials of one image, in CycloneDX. LIBRARIES is the
 * one that the build made of the application's libraries. Besides them an image has a Java runtime, which is of the JDK
 * that this runs on, packages of Debian (DEBIAN holds their control files), and for CUDA what PyTorch published for Python
 * (WHEELS holds their metadata) in the place of the processor's libtorch.
 */
final class Sbom {
    private static final String CPU_LIBTORCH = "pytorch-native-cpu";
    private static final JsonMapper JSON = new JsonMapper();

    public static void main(String[] arguments) throws IOException {
        String target = arguments[0];
        ObjectNode sbom = (ObjectNode) JSON.readTree(Path.of(arguments[1]).toFile());
        ArrayNode components = sbom.withArrayProperty("components");
        ObjectNode application = (ObjectNode) sbom.at("/metadata/component");

        ObjectNode image = JSON.createObjectNode()
                .put("type", "container")
                .put("bom-ref", "image-" + target)
                .put("name", "sluice:" + target)
                .put("version", application.path("version").asText());
        image.set("licenses", application.path("licenses"));
        ((ObjectNode) sbom.path("metadata")).set("component", image);
        if (target.equals("cuda")) {
            removeLibtorchOfTheProcessor(sbom);
        }
        components.insert(0, application);
        components.add(runtime());
        for (Path file : files(Path.of(arguments[2]))) {
            components.add(debian(fields(file)));
        }
        for (Path file : files(Path.of(arguments[3]))) {
            components.add(wheel(fields(file)));
        }
        ObjectNode whole = sbom.withArrayProperty("dependencies").addObject().put("ref", "image-" + target);
        ArrayNode parts = whole.putArray("dependsOn");
        components.forEach(component -> parts.add(component.path("bom-ref").asText()));
        sbom.remove("serialNumber");
        UUID serial = UUID.nameUUIDFromBytes(JSON.writeValueAsBytes(sbom));
        sbom.put("serialNumber", "urn:uuid:" + serial);
        Files.writeString(
                Path.of(arguments[4]), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(sbom) + "\n");
        System.out.println(arguments[4] + " names " + components.size() + " parts of the image sluice:" + target + ".");
    }

    private static void removeLibtorchOfTheProcessor(ObjectNode sbom) {
        removeWhere(sbom.withArrayProperty("components"), "name");
        removeWhere(sbom.withArrayProperty("dependencies"), "ref");
        for (JsonNode dependency : sbom.path("dependencies")) {
            ArrayNode on = (ArrayNode) dependency.path("dependsOn");
            for (int i = on.size() - 1; i >= 0; i--) {
                if (on.get(i).asText().contains(CPU_LIBTORCH)) {
                    on.remove(i);
                }
            }
        }
    }

    private static void removeWhere(ArrayNode list, String key) {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (list.get(i).path(key).asText().contains(CPU_LIBTORCH)) {
                list.remove(i);
            }
        }
    }

    private static ObjectNode runtime() {
        String version = Runtime.version().toString().replaceFirst("-.*", "");
        ObjectNode runtime = component("platform", "openjdk-jre", version, "pkg:generic/openjdk@" + encoded(version));
        runtime.put("publisher", System.getProperty("java.vendor"));
        runtime.put(
                "cpe",
                "cpe:2.3:a:oracle:openjdk:" + version.replaceFirst("\\+.*", "") + ":*:*:*:*:*:*:*");
        license(runtime, "GPL-2.0-only WITH Classpath-exception-2.0", "expression");
        return runtime;
    }

    private static ObjectNode debian(Map<String, String> fields) throws IOException {
        String name = fields.get("Package");
        String version = fields.get("Version");
        Path release = Path.of("/etc/os-release");
        List<String> lines = Files.exists(release) ? Files.readAllLines(release) : List.of();
        String system = lines.stream()
                .filter(line -> line.startsWith("VERSION_ID="))
                .map(line -> line.substring("VERSION_ID=".length()).replace("\"", ""))
                .findFirst()
                .orElse("");
        return component(
                "library",
                name,
                version,
                "pkg:deb/debian/" + name + "@" + encoded(version) + "?arch=" + fields.get("Architecture")
                        + "&distro=debian-" + system + upstream(fields));
    }

    /** What a package is built of, where that has another name: Debian tells faults by it. */
    private static String upstream(Map<String, String> fields) {
        String source = fields.getOrDefault("Source", "").replaceFirst(" .*", "");
        return source.isEmpty() ? "" : "&upstream=" + encoded(source);
    }

    private static ObjectNode wheel(Map<String, String> fields) {
        String name = fields.get("Name").toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        String version = fields.get("Version");
        ObjectNode wheel = component("library", name, version, "pkg:pypi/" + name + "@" + encoded(version));
        String license = fields.getOrDefault("License-Expression", fields.getOrDefault("License", ""));
        if (!license.isBlank()) {
            license(wheel, license, "name");
        }
        return wheel;
    }

    private static ObjectNode component(String type, String name, String version, String purl) {
        return JSON.createObjectNode()
                .put("type", type)
                .put("bom-ref", purl)
                .put("name", name)
                .put("version", version)
                .put("purl", purl);
    }

    private static void license(ObjectNode component, String license, String kind) {
        ObjectNode entry = component.putArray("licenses").addObject();
        if (kind.equals("expression")) {
            entry.put("expression", license);
        } else {
            entry.putObject("license").put("name", license);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Of mail's form, as Debian and Python have it: a field a line, until the first empty one. */
    private static Map<String, String> fields(Path file) throws IOException {
        Map<String, String> fields = new HashMap<>();
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        for (String line : lines) {
            if (line.isBlank()) {
                break;
            }
            int colon = line.indexOf(": ");
            if (colon > 0 && !Character.isWhitespace(line.charAt(0))) {
                fields.putIfAbsent(line.substring(0, colon), line.substring(colon + 2).strip());
            }
        }
        return fields;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker/KnownFaults.java}, on a bill of materials and advisories of its own. */
class KnownFaultsTest {
    private static final String LOG4J = """
            {"id": "GHSA-jfh8-c2jp-5v3q", "modified": "2025-05-01T00:00:00Z", "aliases": ["CVE-2021-44228"],
             "summary": "Remote code injection in Log4j",
             "affected": [
              {"package": {"ecosystem": "Maven", "name": "org.apache.logging.log4j:log4j-core"},
               "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.13.0"}, {"fixed": "2.15.0"}]}]}]}
            """;

    private record Run(int exitCode, String said) {}

    @TempDir
    private Path folder;

    @BeforeEach
    void makeBom() throws IOException {
        bom(
                component("log4j-core", "2.14.1", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar"),
                component("avro", "1.12.2", "pkg:maven/org.apache.avro/avro@1.12.2?type=jar"));
    }

    @Test
    void tellsAFaultByItsPartItsNameAndWhatMendsIt() throws Exception {
        advisory("log4j", LOG4J);

        Run run = run("--advisories", folder.resolve("advisories").toString(), bom());

        assertThat(run.said())
                .contains("FAULT org.apache.logging.log4j:log4j-core 2.14.1: GHSA-jfh8-c2jp-5v3q (CVE-2021-44228):"
                        + " Remote code injection in Log4j; fixed in 2.15.0")
                .contains("Checked against 1 advisories, the newest of 2025-05-01: 2 of Maven. Faulty: 1.");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void aMendedPartHasNone() throws Exception {
        advisory("log4j", LOG4J);
        bom(component("log4j-core", "2.15.0", "pkg:maven/org.apache.logging.log4j/log4j-core@2.15.0?type=jar"));

        Run run = run("--advisories", folder.resolve("advisories").toString(), bom());

        assertThat(run.said()).contains("Faulty: 0.").doesNotContain("FAULT");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void aPartThatNobodyCheckedIsNoSoundOne() throws Exception {
        advisory("log4j", LOG4J);
        bom(
                component("libc6", "2.41-12+deb13u1", "pkg:deb/debian/libc6@2.41?distro=debian-13&upstream=glibc"),
                component("openjdk-jre", "21", "pkg:generic/openjdk@21"));

        Run run = run("--advisories", folder.resolve("advisories").toString(), bom());

        assertThat(run.said())
                .contains("Not checked: 1 of no registry, 1 of Debian:13.")
                .contains("glibc 2.41-12+deb13u1, openjdk-jre 21");
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void versionsAreOrderedAsTheirRegistriesOrderThem() throws Exception {
        // Versions that are faulty up to, and not at, 2.0.0.
        List<String> below =
                List.of("1.9.10", "1.10", "2.0.0-rc1", "2.0.0-alpha-3", "2.0-SNAPSHOT", "2.0.0.M2", "1.9-jre");
        List<String> above = List.of("2.0.0", "2", "2.0.0.Final", "2.0.0-jre", "2.0.0.1", "10.0", "2.0.1-rc1");
        List<String> components = new ArrayList<>();
        List<String> all = new ArrayList<>(below);
        all.addAll(above);
        all.forEach(version -> components.add(component("a", version, "pkg:maven/g/a@" + version)));
        bom(components.toArray(String[]::new));
        advisory("a", """
                {"id": "X-1", "modified": "2026-01-01T00:00:00Z", "affected": [
                 {"package": {"ecosystem": "Maven", "name": "g:a"}, "ranges": [
                  {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}]}]}
                """);

        Run run = run("--advisories", folder.resolve("advisories").toString(), bom());

        assertThat(run.said().lines().filter(line -> line.startsWith("FAULT")).map(line -> line.split(" ", -1)[2]))
                .containsExactlyInAnyOrderElementsOf(
                        below.stream().map(version -> version + ":").toList());
    }

    @Test
    void pinsOfPipAreParts() throws Exception {
        Path pins = Files.writeString(folder.resolve("pins.txt"), """
                # of the kit
                Jinja2==2.10 ; python_version >= "3"
                torch==2.7.1
                """);
        advisory("jinja", """
                {"id": "PYSEC-1", "modified": "2026-01-01T00:00:00Z", "affected": [
                 {"package": {"ecosystem": "PyPI", "name": "jinja2"}, "versions": ["2.10"]}]}
                """);
        advisory("withdrawn", """
                {"id": "PYSEC-2", "modified": "2026-01-01T00:00:00Z", "withdrawn": "2026-01-02T00:00:00Z", "affected": [
                 {"package": {"ecosystem": "PyPI", "name": "torch"}, "versions": ["2.7.1"]}]}
                """);

        Run run = run("--advisories", folder.resolve("advisories").toString(), pins.toString());

        assertThat(run.said())
                .contains("FAULT jinja2 2.10: PYSEC-1; no version is named that mends it")
                .doesNotContain("PYSEC-2");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void asksOsvForAllPartsAtOnce() throws Exception {
        List<JsonNode> asked = new ArrayList<>();
        HttpServer osv = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        osv.createContext("/v1/querybatch", exchange -> {
            asked.add(new JsonMapper().readTree(exchange.getRequestBody()));
            answer(exchange, "{\"results\": [{\"vulns\": [{\"id\": \"GHSA-jfh8-c2jp-5v3q\"}]}, {}]}");
        });
        osv.createContext("/v1/vulns/GHSA-jfh8-c2jp-5v3q", exchange -> answer(exchange, LOG4J));
        osv.start();
        try {
            Run run = run("--osv", "http://127.0.0.1:" + osv.getAddress().getPort(), bom());

            assertThat(run.said()).contains("GHSA-jfh8-c2jp-5v3q (CVE-2021-44228)", "fixed in 2.15.0", "Faulty: 1.");
            assertThat(run.exitCode()).isEqualTo(1);
        } finally {
            osv.stop(0);
        }
        assertThat(asked).hasSize(1);
        assertThat(asked.getFirst().at("/queries/1/package/name").asText()).isEqualTo("org.apache.avro:avro");
        assertThat(asked.getFirst().at("/queries/1/version").asText()).isEqualTo("1.12.2");
    }

    @Test
    void saysWhereNobodyAnswers() throws Exception {
        Run run = run("--osv", "http://127.0.0.1:1", bom());

        assertThat(run.said()).contains("Not checked: 2 of Maven.", "http://127.0.0.1:1 could not be asked");
        assertThat(run.exitCode()).isEqualTo(2);
    }

    private static void answer(com.sun.net.httpserver.HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String component(String name, String version, String purl) {
        return "{\"type\": \"library\", \"name\": \"%s\", \"version\": \"%s\", \"purl\": \"%s\"}"
                .formatted(name, version, purl);
    }

    private void bom(String... components) throws IOException {
        Files.writeString(
                folder.resolve("bom.json"),
                "{\"bomFormat\": \"CycloneDX\", \"components\": [" + String.join(",", components) + "]}");
    }

    private String bom() {
        return folder.resolve("bom.json").toString();
    }

    private void advisory(String name, String text) throws IOException {
        Path of = Files.createDirectories(folder.resolve("advisories/2026/" + name));
        Files.writeString(of.resolve(name + ".json"), text);
    }

    private static Run run(String... arguments) throws IOException, InterruptedException {
        String jackson = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("jackson-"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                jackson,
                "docker/KnownFaults.java"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), said);
    }
}

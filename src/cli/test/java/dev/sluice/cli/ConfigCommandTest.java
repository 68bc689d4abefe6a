package dev.sluice.cli;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.worker.ConfigKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
    private static final String GOOD = """
            bundles: [one]
            kafka.bootstrap-servers: 127.0.0.1:1
            kafka.properties:
              security.protocol: SASL_SSL
              sasl.jaas.config: LoginModule required username="u" password="hidden-1";
              ssl.truststore.location: /etc/trust.p12
              ssl.truststore.password: hidden-2
              ssl.key.password: hidden-3
              ssl.keystore.key: hidden-4
              basic.auth.user.info: ann:hidden-5
              bearer.auth.token: hidden-6
              sasl.oauthbearer.client.credentials.client.secret: hidden-7
              proxy: https://ann:hidden-8@proxy.test/x
              client.rack: https://ann:hidden-13@rack.test/x
              truststore.pasword: hidden-14
              consumer.max.poll.records: 5
            registry:
              url: http://127.0.0.1:2
              user-info: ann:hidden-9
              truststore-password: hidden-10
              keystore-password: hidden-11
            s3:
              bucket: images
              access-key: me
              secret-key: hidden-12
            """;

    @TempDir
    private Path folder;

    @Test
    void showsWhereEachValueComesFromAndNoSecret() throws IOException {
        CommandRun run = CommandRun.of("config", "--config", file(GOOD).toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out() + run.err()).doesNotContain("hidden");
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "limits.max-steps default 1000",
                        "s3.bucket file images",
                        "s3.secret-key file ***",
                        "kafka.properties.security.protocol file SASL_SSL",
                        "kafka.properties.ssl.truststore.location file /etc/trust.p12",
                        "kafka.properties.sasl.jaas.config file ***",
                        "kafka.properties.client.rack file https://***@rack.test/x",
                        "kafka.properties.truststore.pasword file ***",
                        "kafka.properties.consumer.max.poll.records file 5");
    }

    @Test
    void printsOneJsonObject() throws IOException {
        CommandRun run =
                CommandRun.of("config", "--json", "--config", file(GOOD).toString());

        JsonNode root = new JsonMapper().readTree(run.out());
        assertDocumented("config", root);
        assertThat(run.out()).doesNotContain("hidden");
        assertThat(root.path("problems")).isEmpty();
        assertThat(root.path("settings").size()).isGreaterThan(ConfigKey.ALL.size());
    }

    @Test
    void showsAFormerNameUnderThePresentOneAndSaysSo() throws IOException {
        CommandRun run = CommandRun.of(
                "config", "--config", file(GOOD + "engine.rows-per-call: 24\n").toString());

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().replaceAll(" +", " "))
                .contains("engine.batch-size file 24")
                .doesNotContain("rows-per-call");
        assertThat(run.err()).contains("engine.rows-per-call is the former name of engine.batch-size");
    }

    @Test
    void listsEveryProblemAndEndsWithOne() throws IOException {
        CommandRun run = CommandRun.of("config", "--config", file("""
                bundles: [one]
                s3.secretkey: hidden-1
                s3.endpoint: me:hidden-2@minio
                limits.max-steps: many
                """).toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out() + run.err()).doesNotContain("hidden");
        assertThat(run.err())
                .contains("s3.secretkey: no such key", "s3.endpoint: must be", "limits.max-steps: must be");
    }

    @Test
    void doesNotQuoteAFileThatIsNoYaml() throws IOException {
        CommandRun run = CommandRun.of(
                "config", "--config", file("s3.secret-key: [hidden\nx: }").toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("line").doesNotContain("hidden");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("worker.yaml"), text);
    }
}

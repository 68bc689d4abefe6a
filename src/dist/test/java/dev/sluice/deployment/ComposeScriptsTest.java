package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What compose runs once before workers start, with stand-ins for the servers' own tools. */
class ComposeScriptsTest {
    @TempDir
    Path folder;

    @Test
    void topicsAreAskedForAgainWhereABrokerIsNotThereYet() throws Exception {
        tool("kafka-topics.sh", """
                echo "$*" >> "$0.asked"
                [ "$(wc -l < "$0.asked")" -gt 2 ]
                """);

        assertThat(run("bash", "compose/kafka/topics.sh")).isZero();
        assertThat(asked("kafka-topics.sh"))
                .hasSize(Topics.DEFAULT.all().size() + 2)
                .allMatch(line -> line.startsWith("--bootstrap-server kafka:19092 --create --if-not-exists --topic "));
    }

    @Test
    void topicsThatAreNotMadeEndThatWay() throws Exception {
        tool("kafka-topics.sh", "echo \"$*\" >> \"$0.asked\"\nexit 1\n");

        assertThat(run("bash", "compose/kafka/topics.sh")).isEqualTo(1);
        assertThat(asked("kafka-topics.sh")).hasSize(3);
    }

    @Test
    void theBucketIsAskedForAgainWhereAFilerIsNotThereYet() throws Exception {
        tool("weed", """
                read -r command
                echo "$command" >> "$0.asked"
                if [ "$(grep -c create "$0.asked")" -gt 1 ]; then echo "  sluice  size:0"; fi
                """);

        assertThat(run("sh", "compose/s3/bucket.sh")).isZero();
        assertThat(asked("weed")).filteredOn(line -> line.contains("create")).hasSize(2);
    }

    @Test
    void aBucketThatIsNotMadeEndsThatWay() throws Exception {
        tool("weed", "echo \"$*\" >> \"$0.asked\"\n");

        assertThat(run("sh", "compose/s3/bucket.sh")).isEqualTo(1);
    }

    private void tool(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private int run(String shell, String script) throws IOException, InterruptedException {
        tool("sleep", "");
        ProcessBuilder builder = new ProcessBuilder(List.of(shell, script));
        builder.environment().put("PATH", folder + ":" + System.getenv("PATH"));
        builder.environment()
                .put("KAFKA_TOPICS", folder.resolve("kafka-topics.sh").toString());
        builder.environment().put("BOOTSTRAP", "kafka:19092");
        builder.environment().put("PARTITIONS", "4");
        builder.environment().put("BUCKET", "sluice");
        builder.environment().put("MASTER", "s3:9333");
        builder.environment().put("FILER", "s3:8888");
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private List<String> asked(String tool) throws IOException {
        return Files.readAllLines(folder.resolve(tool + ".asked"), StandardCharsets.UTF_8);
    }
}

package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The bill of materials that the build leaves beside the commands' jar: what the image holds. */
class SbomIT {
    @Test
    void namesEveryLibraryThatShipsAndNoneOfTheTests() throws IOException {
        JsonNode sbom = new JsonMapper()
                .readTree(Path.of("src/cli/target/sluice-sbom.json").toFile());
        List<String> files = StreamSupport.stream(sbom.path("components").spliterator(), false)
                .map(component -> component.path("name").asText() + "-"
                        + component.path("version").asText())
                .toList();

        String[] libraries = Path.of("src/cli/target/lib").toFile().list();
        assertThat(sbom.path("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(libraries).isNotEmpty().allSatisfy(jar -> assertThat(files).anyMatch(jar::startsWith));
        assertThat(files).hasSameSizeAs(libraries).noneMatch(name -> name.startsWith("junit"));
    }
}

package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jars that the build gathers. */
class LibrariesIT {
    @Test
    void areThoseOfTheClassPathAndNoOthers() throws IOException {
        try (JarFile jar = new JarFile("target/sluice.jar")) {
            Manifest manifest = jar.getManifest();
            String[] named = manifest.getMainAttributes().getValue("Class-Path").split(" ", -1);

            assertThat(Path.of("target/lib").toFile().list())
                    .containsExactlyInAnyOrder(Arrays.stream(named)
                            .map(name -> name.substring("lib/".length()))
                            .toArray(String[]::new));
        }
    }

    /** What an earlier build with other versions has left there would come before or after what belongs there, by chance. */
    @ParameterizedTest
    @ValueSource(strings = {"src/cli/pom.xml", "src/dist/pom.xml"})
    void areGatheredInAnEmptyFolder(String module) {
        assertThat(Path.of(module))
                .content()
                .containsPattern("<id>no-libraries</id>\\s*<phase>prepare-package</phase>")
                .containsPattern("<id>libraries</id>\\s*<phase>package</phase>");
    }
}

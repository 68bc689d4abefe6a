package dev.sluice.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** An image by a tag that holds a version, so that tomorrow's build is today's. */
final class PinnedImage {
    private static final Pattern PINNED = Pattern.compile("[\\w./-]+:v?\\d+\\.\\d+[\\w.-]*(@sha256:[0-9a-f]{64})?");

    private PinnedImage() {}

    static boolean matches(String image) {
        return PINNED.matcher(image).matches();
    }

    static boolean isListed(String image) {
        return listed().contains(image);
    }

    /** The one place for all of them. */
    static List<String> listed() {
        try (var lines = Files.lines(Path.of("docker/images.txt"))) {
            return lines.filter(line -> !line.startsWith("#")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

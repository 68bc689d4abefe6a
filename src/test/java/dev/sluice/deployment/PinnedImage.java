package dev.sluice.deployment;

import java.util.regex.Pattern;

/** An image by a tag that holds a version, so that tomorrow's build is today's. */
final class PinnedImage {
    private static final Pattern PINNED = Pattern.compile("[\\w./-]+:v?\\d+\\.\\d+[\\w.-]*");

    private PinnedImage() {}

    static boolean matches(String image) {
        return PINNED.matcher(image).matches();
    }
}

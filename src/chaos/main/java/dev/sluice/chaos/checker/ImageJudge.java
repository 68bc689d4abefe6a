package dev.sluice.chaos.checker;

import dev.sluice.codec.EventEncoder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An image that a completion names exists, is whole, and equals that of its request's twin. */
final class ImageJudge {
    private final Published published;
    private final Findings findings;
    private final Map<String, String> pixelsByTwin = new HashMap<>();
    private int whole;
    private int twinsCompared;

    ImageJudge(Published published, Findings findings) {
        this.published = published;
        this.findings = findings;
    }

    void judge(History history) {
        for (History.Outcome outcome : history.outcomes()) {
            if (outcome.name().equals(EventEncoder.COMPLETED)) {
                judgeCount(outcome);
            }
            for (History.Image image : outcome.images()) {
                Optional<History.StoredObject> found = history.objects().getOrDefault(image, Optional.empty());
                found.ifPresentOrElse(
                        object -> judge(image, object),
                        () -> findings.add(Violation.MISSING_OBJECT, image.requestId() + ": " + image.key()));
            }
        }
    }

    private void judgeCount(History.Outcome completion) {
        int asked = published
                .request(completion.requestId())
                .map(Publication::images)
                .orElseGet(completion.images()::size);
        List<Integer> indices =
                completion.images().stream().map(History.Image::index).toList();
        Set<Integer> distinct = new HashSet<>(indices);
        boolean inRange = distinct.stream().allMatch(index -> index >= 0 && index < asked);
        if (indices.size() != asked || distinct.size() != asked || !inRange) {
            findings.add(
                    Violation.WRONG_IMAGE_COUNT, completion.requestId() + ": " + indices + " of " + asked + " images");
        }
    }

    private void judge(History.Image image, History.StoredObject object) {
        if (!object.sha256().equals(image.sha256()) || object.sizeBytes() != image.sizeBytes()) {
            findings.add(Violation.WRONG_CHECKSUM, image.requestId() + ": " + image.key());
        } else if (object.pixels().isEmpty()) {
            findings.add(Violation.NOT_PNG, image.requestId() + ": " + image.key());
        } else {
            whole++;
            published
                    .twinGroup(image.requestId())
                    .ifPresent(group -> image.calls()
                            .ifPresent(calls ->
                                    compare(group, calls, image, object.pixels().get())));
        }
    }

    /** Twins that were made in batches of other sizes may differ in their last bits. */
    private void compare(String group, String calls, History.Image image, String pixels) {
        String before = pixelsByTwin.putIfAbsent(group + '/' + image.index() + '/' + calls, pixels);
        if (before != null) {
            twinsCompared++;
            if (!before.equals(pixels)) {
                findings.add(
                        Violation.TWINS_DIFFER, image.requestId() + ", image " + image.index() + " of twins " + group);
            }
        }
    }

    /** Images that exist as their completions say. */
    int whole() {
        return whole;
    }

    /** Images that were compared with a twin's. */
    int twinsCompared() {
        return twinsCompared;
    }
}

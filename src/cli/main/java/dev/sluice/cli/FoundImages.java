package dev.sluice.cli;

import dev.sluice.cli.Pictures.Saved;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.lookup.Found;
import dev.sluice.lookup.Standing.Completed;
import dev.sluice.storage.ObjectReader.Link;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The images of a completed request, as {@code sluice get} shows them. */
record FoundImages(List<FoundImage> images) {
    FoundImages {
        images = List.copyOf(images);
    }

    /**
     * One image.
     *
     * @param link where one was asked for
     * @param file where it was saved
     * @param missing why it was not, where it should have been
     */
    record FoundImage(ImageObject image, Optional<Link> link, Optional<Path> file, Optional<String> missing) {
        String uri() {
            return "s3://" + image.getBucket() + "/" + image.getKey();
        }
    }

    /**
     * Fetches what was asked for; nothing where the request has no images.
     *
     * @param pictures empty where nothing is to be saved
     * @param links gives a link, or nothing where none is wanted
     */
    static FoundImages of(Found found, Optional<Pictures> pictures, Function<ImageObject, Optional<Link>> links) {
        if (!(found.standing() instanceof Completed completed)) {
            return new FoundImages(List.of());
        }
        GenerationCompleted outcome = completed.outcome();
        Map<Integer, Saved> saved = new HashMap<>();
        pictures.ifPresent(all -> all.save(outcome).forEach(one -> saved.put(one.index(), one)));
        return new FoundImages(outcome.getImages().stream()
                .map(image -> image(image, links.apply(image), Optional.ofNullable(saved.get(image.getIndex()))))
                .toList());
    }

    private static FoundImage image(ImageObject image, Optional<Link> link, Optional<Saved> saved) {
        Optional<Path> file = saved.flatMap(one -> switch (one) {
            case Saved.Here here -> Optional.of(here.file());
            case Saved.Missing missing -> Optional.empty();
        });
        Optional<String> missing = saved.flatMap(one -> switch (one) {
            case Saved.Here here -> Optional.empty();
            case Saved.Missing gone -> Optional.of(gone.reason());
        });
        return new FoundImage(image, link, file, missing);
    }

    /** The files that are there now. */
    List<Path> files() {
        return images.stream().flatMap(image -> image.file().stream()).toList();
    }

    /** Whether nothing is missing that should be there. */
    boolean complete() {
        return images.stream().allMatch(image -> image.missing().isEmpty());
    }
}

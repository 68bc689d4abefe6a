package dev.sluice.cli;

import dev.sluice.cli.Pictures.Saved;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.request.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Saves pictures as outcomes come, and reports each. Confined to one thread. */
final class PictureSaving {
    private final Pictures pictures;
    private final PrintWriter out;
    private final PrintWriter err;
    private final String again;
    private final List<Path> files = new ArrayList<>();
    private boolean complete = true;

    /**
     * A saving that has not begun.
     *
     * @param out told of each picture that is there
     * @param err told of each that is not
     * @param again the command that tries once more, without the request's id
     */
    PictureSaving(Pictures pictures, PrintWriter out, PrintWriter err, String again) {
        this.pictures = pictures;
        this.out = out;
        this.err = err;
        this.again = again;
    }

    void save(GenerationCompleted outcome) {
        boolean missing = false;
        for (Saved saved : pictures.save(outcome)) {
            switch (saved) {
                case Saved.Here(int index, Path file) -> {
                    files.add(file);
                    out.println("  saved " + Printable.line(file.toString()));
                }
                case Saved.Missing(int index, String reason) -> {
                    missing = true;
                    err.println(Printable.line(outcome.getRequestId()) + "  image " + index + " is not saved: "
                            + Printable.line(reason));
                }
            }
        }
        if (missing) {
            complete = false;
            err.println("The request is completed all the same. This tries again:" + System.lineSeparator() + "  "
                    + again + " " + Printable.line(outcome.getRequestId()));
        }
        out.flush();
        err.flush();
    }

    /** The files that have been saved so far. */
    List<Path> files() {
        return List.copyOf(files);
    }

    /** Whether none is missing. */
    boolean complete() {
        return complete;
    }
}

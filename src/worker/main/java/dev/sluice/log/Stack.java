package dev.sluice.log;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A stack trace of bounded length: collectors cut lines at 16 KiB, and the cause at the end is what matters most. */
final class Stack {
    private static final int FRAMES = 12;
    private static final int CAUSES = 6;
    private static final int MESSAGE = 400;

    private Stack() {}

    /** The first frames of the failure and of each of its causes, in lines as Java prints them. */
    static String text(Throwable failure) {
        StringBuilder text = new StringBuilder();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        @Nullable Throwable next = failure;
        while (next != null && seen.size() < CAUSES && seen.add(next)) {
            text.append(seen.size() == 1 ? "" : "\nCaused by: ").append(headline(next));
            StackTraceElement[] frames = next.getStackTrace();
            for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
                text.append("\n\tat ").append(frames[i]);
            }
            if (frames.length > FRAMES) {
                text.append("\n\t... ").append(frames.length - FRAMES).append(" more");
            }
            next = next.getCause();
        }
        return text.toString();
    }

    /** Its class and, where it has one, its message. */
    static String headline(Throwable failure) {
        String message = failure.getMessage();
        return message == null
                ? failure.getClass().getName()
                : failure.getClass().getName() + ": " + EventLayout.cut(message, MESSAGE);
    }
}

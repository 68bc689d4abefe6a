package dev.sluice.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sentences, broken at spaces. A word is never broken, however long it is. */
public final class Paragraph {
    /** Where nobody says how wide the terminal is, and where there is none. */
    public static final int WIDTH = 80;

    private static final int NARROWEST = 40;

    private Paragraph() {}

    /** The environment's {@code COLUMNS}, which the launcher sets on a terminal; else {@value #WIDTH}. */
    public static int width(Map<String, String> environment) {
        String columns = environment.getOrDefault("COLUMNS", "");
        return columns.matches("[1-9][0-9]{0,4}") ? Math.max(NARROWEST, Integer.parseInt(columns)) : WIDTH;
    }

    /** The text's lines; all but the first are indented by so much. Spaces at its beginning stay. */
    public static List<String> lines(String text, int width, int indent) {
        List<String> lines = new ArrayList<>();
        String words = text.stripLeading();
        StringBuilder line = new StringBuilder(text.substring(0, text.length() - words.length()));
        boolean empty = true;
        for (String word : words.split(" ", -1)) {
            if (!empty && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(indent));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
        return lines;
    }
}

package dev.sluice.request;

/**
 * Text from outside (names, reasons, messages) as it goes to a terminal or into a log. Characters that would move the
 * cursor, break the line, turn the direction of writing or be invisible are escaped, as {@code \n} or
 * <code>&#92;u001b</code>. A backslash becomes two, so that different texts stay different. Everything else is as it
 * was.
 */
public final class Printable {
    private Printable() {}

    /** Fit for one line. */
    public static String line(String text) {
        return escaped(text, false);
    }

    /** Fit to be printed, with its line breaks. For messages that are made of lines. */
    public static String lines(String text) {
        return escaped(text, true);
    }

    private static String escaped(String text, boolean breaks) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (breaks && (point == '\n' || point == '\\')) {
                printable.append((char) point);
            } else {
                append(printable, point);
            }
        });
        return printable.toString();
    }

    private static void append(StringBuilder printable, int point) {
        switch (point) {
            case '\\' -> printable.append("\\\\");
            case '\n' -> printable.append("\\n");
            case '\r' -> printable.append("\\r");
            case '\t' -> printable.append("\\t");
            default -> {
                if (isUnfit(point)) {
                    for (char unit : Character.toChars(point)) {
                        printable.append("\\u").append(hex(unit));
                    }
                } else {
                    printable.appendCodePoint(point);
                }
            }
        }
    }

    private static boolean isUnfit(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            // Except the joiners, which scripts and emoji need.
            case Character.FORMAT -> point != 0x200c && point != 0x200d;
            default -> false;
        };
    }

    private static String hex(char unit) {
        String digits = Integer.toHexString(unit);
        return "0".repeat(4 - digits.length()) + digits;
    }
}

package dev.sluice.log;

/** Quotes as JSON has them, which readers of logfmt know too. */
final class Quoting {
    private static final String HEX = "0123456789abcdef";

    private Quoting() {}

    /** Whether logfmt needs no quotes around a value. */
    static boolean isPlain(String text) {
        return !text.isEmpty()
                && text.chars().noneMatch(c -> c <= ' ' || c == '"' || c == '=' || c == '\\' || isUnsafe((char) c));
    }

    /**
     * Appends a text in quotes. What would break the line, steer a terminal or turn the direction of reading becomes an
     * escape, so that nothing is lost and nothing does harm.
     */
    static StringBuilder quote(String text, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> to.append("\\\"");
                case '\\' -> to.append("\\\\");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    if (isUnsafe(c) && !isPaired(text, i)) {
                        to.append("\\u")
                                .append(HEX.charAt(c >> 12))
                                .append(HEX.charAt((c >> 8) & 0xf))
                                .append(HEX.charAt((c >> 4) & 0xf))
                                .append(HEX.charAt(c & 0xf));
                    } else {
                        to.append(c);
                    }
                }
            }
        }
        return to.append('"');
    }

    private static boolean isUnsafe(char c) {
        return c < ' '
                || (c >= 0x7f && c <= 0x9f)
                || (c >= 0x200b && c <= 0x200f)
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0xfeff
                || Character.isSurrogate(c);
    }

    /** Whether a half of a pair has its other half beside it. */
    private static boolean isPaired(String text, int at) {
        char c = text.charAt(at);
        return Character.isHighSurrogate(c)
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : Character.isLowSurrogate(c) && at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }
}

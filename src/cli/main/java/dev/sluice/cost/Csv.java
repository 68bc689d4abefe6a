package dev.sluice.cost;

import java.io.PrintWriter;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Rows as RFC 4180 has them, for programs and for spreadsheets. */
final class Csv {
    /** What spreadsheets take for the beginning of a formula. */
    private static final Pattern FORMULA = Pattern.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20].*", Pattern.DOTALL);

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

    private Csv() {}

    static void print(List<String> cells, PrintWriter out) {
        out.print(cells.stream().map(Csv::quoted).collect(Collectors.joining(",", "", "\r\n")));
    }

    /** A cell that is no number and would pass for a formula gets an apostrophe, as OWASP advises, and is quoted. */
    private static String quoted(String cell) {
        boolean formula =
                FORMULA.matcher(cell).matches() && !NUMBER.matcher(cell).matches();
        String text = formula ? "'" + cell : cell;
        return !formula && text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}

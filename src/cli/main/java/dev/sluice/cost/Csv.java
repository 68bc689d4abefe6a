package dev.sluice.cost;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Pattern;

/** Rows as RFC 4180 has them, for programs and for spreadsheets. Confined to one thread. */
final class Csv implements AutoCloseable {
    private static final CsvSchema ROWS = CsvSchema.emptySchema().withLineSeparator("\r\n");
    private static final CsvMapper MAPPER = CsvMapper.csvBuilder()
            .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .build();

    /** What spreadsheets take for the beginning of a formula. */
    private static final Pattern FORMULA = Pattern.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20].*", Pattern.DOTALL);

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

    private final CsvGenerator rows;

    /** Writes there; {@link #close} leaves it open. */
    Csv(PrintWriter out) {
        try {
            rows = MAPPER.getFactory().createGenerator(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rows.setSchema(ROWS);
    }

    /** A cell that is no number and would pass for a formula gets an apostrophe, as OWASP advises, and is quoted. */
    void row(List<String> cells) {
        try {
            rows.writeStartArray();
            for (String cell : cells) {
                boolean formula =
                        FORMULA.matcher(cell).matches() && !NUMBER.matcher(cell).matches();
                rows.configure(CsvGenerator.Feature.ALWAYS_QUOTE_STRINGS, formula);
                rows.writeString(formula ? "'" + cell : cell);
            }
            rows.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Hands over what was written. */
    @Override
    public void close() {
        try {
            rows.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

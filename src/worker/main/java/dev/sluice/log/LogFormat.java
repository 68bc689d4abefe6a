package dev.sluice.log;

import java.util.List;

/** How a line of the log is written. Both have the same keys in the same order, and a line never holds a line break. */
public enum LogFormat {
    /** {@code key=value}, values in quotes where need be. */
    LOGFMT {
        @Override
        String line(List<LogField> fields) {
            StringBuilder line = new StringBuilder(256);
            for (LogField field : fields) {
                if (!line.isEmpty()) {
                    line.append(' ');
                }
                line.append(field.name()).append('=');
                String text = String.valueOf(field.value());
                if (Quoting.isPlain(text)) {
                    line.append(text);
                } else {
                    Quoting.quote(text, line);
                }
            }
            return line.append('\n').toString();
        }
    },
    /** One flat object; numbers and truth values are such. */
    JSON {
        @Override
        String line(List<LogField> fields) {
            StringBuilder line = new StringBuilder(256);
            for (LogField field : fields) {
                Quoting.quote(field.name(), line.append(line.isEmpty() ? '{' : ','))
                        .append(':');
                if (field.isLiteral()) {
                    line.append(field.value());
                } else {
                    Quoting.quote(String.valueOf(field.value()), line);
                }
            }
            return line.append("}\n").toString();
        }
    };

    /** The line, with its end. */
    abstract String line(List<LogField> fields);
}

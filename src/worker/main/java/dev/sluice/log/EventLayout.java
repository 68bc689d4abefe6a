package dev.sluice.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.layout.AbstractStringLayout;
import org.apache.logging.log4j.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Makes a line of an event. Our own messages are events with fields; whatever else logs, libraries above all, is the
 * event {@value #OTHER} with its text as {@code msg}. Called on any thread.
 */
final class EventLayout extends AbstractStringLayout {
    private static final String OURS = "dev.sluice.";
    private static final String OTHER = "library_message";
    private static final int LONGEST_VALUE = 4000;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** Patterns are constants of the program, so there are not many. */
    private final Map<String, Optional<EventPattern>> patterns = new ConcurrentHashMap<>();

    private volatile LogFormat format;

    EventLayout(LogFormat format) {
        super(StandardCharsets.UTF_8);
        this.format = format;
    }

    /** Applies from the next line on. */
    void use(LogFormat newFormat) {
        format = newFormat;
    }

    @Override
    public String toSerializable(LogEvent event) {
        List<LogField> fields = new ArrayList<>();
        fields.add(new LogField(
                "ts", TIME.format(Instant.ofEpochMilli(event.getInstant().getEpochMillisecond()))));
        fields.add(new LogField("level", event.getLevel().name().toLowerCase(Locale.ROOT)));
        fields.add(new LogField("logger", event.getLoggerName()));
        fields.add(new LogField("thread", event.getThreadName()));
        addMessage(event, fields);
        Throwable thrown = event.getThrown();
        if (thrown != null) {
            fields.add(new LogField("error", Stack.headline(thrown)));
            fields.add(new LogField("stack", Stack.text(thrown)));
        }
        return format.line(fields);
    }

    /** Deprecated, the pattern's accessor is the only way to it for messages that Log4j uses again and again. */
    @SuppressWarnings("deprecation")
    private void addMessage(LogEvent event, List<LogField> fields) {
        Message message = event.getMessage();
        String name = event.getLoggerName();
        Optional<EventPattern> pattern =
                name != null && name.startsWith(OURS) ? pattern(message.getFormat()) : Optional.empty();
        Optional<List<LogField>> own = pattern.flatMap(known -> known.fill(parameters(message)));
        if (pattern.isPresent() && own.isPresent()) {
            fields.add(new LogField("event", pattern.get().name()));
            own.get().forEach(field -> fields.add(bounded(field)));
        } else {
            fields.add(new LogField("event", OTHER));
            fields.add(new LogField("msg", cut(message.getFormattedMessage(), LONGEST_VALUE)));
        }
    }

    private Optional<EventPattern> pattern(@Nullable String text) {
        return text == null ? Optional.empty() : patterns.computeIfAbsent(text, EventPattern::of);
    }

    private static @Nullable Object[] parameters(Message message) {
        Object[] parameters = message.getParameters();
        return parameters == null ? new Object[0] : parameters;
    }

    private static LogField bounded(LogField field) {
        return field.isLiteral()
                ? field
                : new LogField(field.name(), cut(String.valueOf(field.value()), LONGEST_VALUE));
    }

    /** A text that is no longer than that, and says so where it was. */
    static String cut(String text, int most) {
        return text.length() <= most
                ? text
                : text.substring(0, most) + "... (" + (text.length() - most) + " characters more)";
    }
}

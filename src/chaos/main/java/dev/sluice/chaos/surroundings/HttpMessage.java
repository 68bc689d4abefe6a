package dev.sluice.chaos.surroundings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request or an answer of HTTP, whole.
 *
 * @param start its first line, without the version
 * @param headers by lower-case name
 * @param body not copied; whoever has the message may not change it
 */
@SuppressWarnings("ArrayRecordComponent") // Passed on, never compared.
record HttpMessage(String start, Map<String, List<String>> headers, byte[] body) {
    HttpMessage {
        Map<String, List<String>> lowerCase = new TreeMap<>();
        headers.forEach((name, values) -> lowerCase
                .computeIfAbsent(name.toLowerCase(Locale.ROOT), none -> new ArrayList<>())
                .addAll(values));
        headers = Collections.unmodifiableMap(lowerCase);
    }

    /** The header's first value. */
    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name)).map(List::getFirst);
    }
}

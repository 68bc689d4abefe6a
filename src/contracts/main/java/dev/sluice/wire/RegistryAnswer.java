package dev.sluice.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;
import java.net.URI;
import java.net.http.HttpHeaders;

/**
 * What a registry, or whoever stands before it, answered.
 *
 * @param status HTTP's
 * @param errorCode the registry's own, such as 40301; 0 where the answer has none
 * @param message one line for people: the registry's own, or what is answered in its place
 */
public record RegistryAnswer(int status, int errorCode, String message) implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int MAX_MESSAGE_LENGTH = 300;
    private static final String NO_REGISTRY = ": a login page or a proxy, not a registry?";

    /**
     * Reads an answer.
     *
     * @param body as JSON; missing where it is none
     */
    static RegistryAnswer of(int status, HttpHeaders headers, JsonNode body) {
        return new RegistryAnswer(status, body.path("error_code").asInt(), oneLine(message(status, headers, body)));
    }

    private static String message(int status, HttpHeaders headers, JsonNode body) {
        if (status / 100 == 3) {
            return headers.firstValue("Location")
                            .map(location -> "sent on to " + withoutSecrets(location))
                            .orElse("sent on")
                    + NO_REGISTRY;
        }
        if (body.path("message").isTextual()) {
            return body.path("message").asText();
        }
        String type = headers.firstValue("Content-Type").orElse("a page of no named type");
        return body.isContainerNode() ? "no message" : "no JSON but " + type + NO_REGISTRY;
    }

    /** Scheme, host and path: user and query may hold a password or a token. */
    private static String withoutSecrets(String location) {
        try {
            URI uri = URI.create(location);
            String host = uri.getHost() == null ? "" : uri.getScheme() + "://" + uri.getHost();
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            String path = uri.getPath() == null ? "" : uri.getPath();
            return host + port + path;
        } catch (IllegalArgumentException e) {
            return "an address that is none";
        }
    }

    /** The text cut to a length, without control characters, which could forge lines of a log. */
    static String oneLine(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= MAX_MESSAGE_LENGTH ? line : line.substring(0, MAX_MESSAGE_LENGTH) + "…";
    }
}

package dev.sluice.embedded;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.Map;

/** Answers everybody with the same JSON. Called by the server's threads. */
final class FixedAnswer implements HttpHandler {
    private final Map<String, String> values;

    FixedAnswer(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] json = new JsonMapper().writeValueAsBytes(values);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, json.length);
            exchange.getResponseBody().write(json);
        }
    }
}

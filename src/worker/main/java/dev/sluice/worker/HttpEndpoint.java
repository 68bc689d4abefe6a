package dev.sluice.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.request.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Health and metrics over HTTP: {@code /health/started}, {@code /health/ready}, {@code /health/live}, {@code /metrics}. Its
 * own two threads.
 */
final class HttpEndpoint implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads;
    private volatile Supplier<String> metrics = () -> "";

    /** Serves at once, with no metrics yet. */
    HttpEndpoint(InetSocketAddress address, Probes probes) {
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot serve health and metrics on " + address.getHostString() + ":" + address.getPort() + ": "
                            + e.getMessage(),
                    e);
        }
        threads = Executors.newFixedThreadPool(
                2, Thread.ofPlatform().name("sluice-http-", 0).daemon(true).factory());
        server.setExecutor(threads);
        server.createContext("/health/started", exchange -> answer(exchange, probes.started()));
        server.createContext("/health/ready", exchange -> answer(exchange, probes.ready()));
        server.createContext("/health/live", exchange -> answer(exchange, probes.live()));
        server.createContext("/metrics", exchange -> send(exchange, 200, metrics.get()));
        server.start();
    }

    /** Asked at every call from now on. */
    void serveMetrics(Supplier<String> text) {
        metrics = text;
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** Yes or no in the first line; then why not, or what is worth knowing, a line each. */
    private static void answer(HttpExchange exchange, Probes.Answer answer) throws IOException {
        StringBuilder body = new StringBuilder(answer.yes() ? "yes\n" : "no\n");
        answer.because().forEach(reason -> body.append(Printable.line(reason)).append('\n'));
        send(exchange, answer.yes() ? 200 : 503, body.toString());
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}

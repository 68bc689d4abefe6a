package dev.sluice.chaos.surroundings;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A reverse proxy in front of a schema registry, on loopback, that can answer as one does which has not read its topic to the
 * end: it knows no id. Any thread may call; requests are served by virtual threads of its own.
 */
final class ForgetfulRegistry implements AutoCloseable {
    private static final String BY_ID = "/schemas/ids/";
    private static final byte[] NOT_FOUND =
            "{\"error_code\":40403,\"message\":\"Schema not found\"}".getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpRelay registry;
    private final AtomicInteger forgotten = new AtomicInteger();
    private volatile boolean forgets;

    private ForgetfulRegistry(HttpServer server, URI target) {
        this.server = server;
        registry = new HttpRelay(target);
    }

    /** Starts on a free port. */
    static ForgetfulRegistry start(URI target) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            ForgetfulRegistry proxy = new ForgetfulRegistry(server, target);
            server.createContext("/", proxy::serve);
            server.setExecutor(proxy.threads);
            server.start();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("no port for the proxy in front of " + target, e);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Answers from now on as if it knew no id, or knows its ids again. */
    void forget(boolean whetherItDoes) {
        forgets = whetherItDoes;
    }

    /** How often somebody was told that an id is unknown. */
    int forgotten() {
        return forgotten.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        HttpMessage answer = answer(exchange);
        try (exchange) {
            answer.headers().forEach((name, values) -> {
                if (!name.equals("connection") && !name.equals("content-length")) {
                    exchange.getResponseHeaders().put(name, values);
                }
            });
            int status = Integer.parseInt(answer.start().substring(0, 3));
            exchange.sendResponseHeaders(status, answer.body().length == 0 ? -1 : answer.body().length);
            if (answer.body().length > 0) {
                exchange.getResponseBody().write(answer.body());
            }
        }
    }

    private HttpMessage answer(HttpExchange exchange) throws IOException {
        if (forgets && exchange.getRequestURI().getPath().startsWith(BY_ID)) {
            forgotten.incrementAndGet();
            return new HttpMessage(
                    "404 Not Found",
                    Map.of("content-type", List.of("application/vnd.schemaregistry.v1+json")),
                    NOT_FOUND);
        }
        return registry.send(new HttpMessage(
                exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                exchange.getRequestHeaders(),
                exchange.getRequestBody().readAllBytes()));
    }
}

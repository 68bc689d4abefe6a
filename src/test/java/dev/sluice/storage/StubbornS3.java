package dev.sluice.storage;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Simulates an S3 that answers with the given statuses, one a request, and with 200 once they are used up. It says to have
 * got the checksum that it was told, and keeps nothing.
 */
final class StubbornS3 implements AutoCloseable {
    private static final String CHECKSUM = "X-amz-checksum-sha256";

    private final Queue<Headers> headers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final Iterator<Integer> statuses;
    private final HttpServer server;

    StubbornS3(List<Integer> statuses) throws IOException {
        this.statuses = statuses.iterator();
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Called by the server's only thread. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            requests.incrementAndGet();
            headers.add(exchange.getRequestHeaders());
            int status = statuses.hasNext() ? statuses.next() : 200;
            byte[] body = status == 200
                    ? new byte[0]
                    : "<Error><Code>Stubborn</Code><Message>no</Message></Error>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("ETag", "\"0\"");
            exchange.getResponseHeaders()
                    .put(CHECKSUM, exchange.getRequestHeaders().getOrDefault(CHECKSUM, List.of()));
            exchange.getResponseHeaders().set("Content-Type", "application/xml");
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Of the first request that has not been asked for. */
    Headers nextHeaders() {
        return headers.remove();
    }

    int requests() {
        return requests.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

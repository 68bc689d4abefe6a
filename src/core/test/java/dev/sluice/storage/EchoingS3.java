package dev.sluice.storage;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Simulates an S3 that sends checksums back without looking at them, whose ETags are no MD5, and that damages the first images
 * it gets. Conditions are heeded.
 */
final class EchoingS3 implements AutoCloseable {
    private static final String CHECKSUM = "X-amz-checksum-sha256";
    private static final String NOTED = "X-amz-meta-sluice-sha256";

    private final Map<String, Stored> objects = new ConcurrentHashMap<>();
    private final HttpServer server;
    private int damagesLeft;
    private int puts;

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Stored(byte[] content, String etag, Optional<String> noted) {}

    EchoingS3(int damages) throws IOException {
        damagesLeft = damages;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Called by the server's only thread. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String name = exchange.getRequestURI().getPath().substring(1);
            byte[] got = exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestMethod().equals("PUT")) {
                put(exchange, name, got);
            } else {
                get(exchange, name);
            }
        }
    }

    private void put(HttpExchange exchange, String name, byte[] got) throws IOException {
        Headers asked = exchange.getRequestHeaders();
        @Nullable Stored before = objects.get(name);
        String wanted = asked.getFirst("If-Match");
        boolean refused = (asked.containsKey("If-None-Match") && before != null)
                || (wanted != null && (before == null || !wanted.equals(before.etag())));
        if (refused) {
            exchange.sendResponseHeaders(StorageFault.PRECONDITION_FAILED, -1);
            return;
        }
        if (name.endsWith(".png") && damagesLeft-- > 0) {
            got[got.length / 2] ^= 1;
        }
        Stored stored = new Stored(got, "\"" + puts++ + "\"", Optional.ofNullable(asked.getFirst(NOTED)));
        objects.put(name, stored);
        exchange.getResponseHeaders().set("ETag", stored.etag());
        exchange.getResponseHeaders().put(CHECKSUM, asked.getOrDefault(CHECKSUM, List.of()));
        exchange.sendResponseHeaders(200, -1);
    }

    private void get(HttpExchange exchange, String name) throws IOException {
        @Nullable Stored found = objects.get(name);
        if (found == null) {
            exchange.sendResponseHeaders(StorageFault.NOT_FOUND, -1);
            return;
        }
        int length = found.content().length;
        boolean ranged = exchange.getRequestHeaders().containsKey("Range");
        exchange.getResponseHeaders().set("ETag", found.etag());
        exchange.getResponseHeaders().set("Content-Range", "bytes 0-" + (length - 1) + "/" + length);
        found.noted().ifPresent(noted -> exchange.getResponseHeaders().set(NOTED, noted));
        exchange.sendResponseHeaders(ranged ? 206 : 200, length);
        exchange.getResponseBody().write(found.content());
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What lies there, as {@code bucket/key}. */
    byte[] object(String name) {
        return Objects.requireNonNull(objects.get(name), name).content();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

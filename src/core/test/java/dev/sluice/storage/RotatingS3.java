package dev.sluice.storage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Simulates an S3 that takes one access key alone, and is where the rotation happens: at the first other one. */
final class RotatingS3 implements AutoCloseable {
    private final String taken;
    private final Runnable rotation;
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    RotatingS3(String taken, Runnable rotation) throws IOException {
        this.taken = taken;
        this.rotation = rotation;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Called by the server's only thread. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] got = exchange.getRequestBody().readAllBytes();
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            String key = authorization.replaceFirst(".*Credential=([^/]*)/.*", "$1");
            if (keys.isEmpty()) {
                rotation.run();
            }
            keys.add(key);
            exchange.getResponseHeaders().set("ETag", "\"" + Md5.hex(got) + "\"");
            if (key.equals(taken)) {
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            byte[] body = "<Error><Code>InvalidAccessKeyId</Code></Error>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/xml");
            exchange.sendResponseHeaders(403, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Keys in the order of their requests. */
    List<String> keys() {
        return new ArrayList<>(keys);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

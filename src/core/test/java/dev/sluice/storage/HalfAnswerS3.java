package dev.sluice.storage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Simulates an S3 that has one object under every key: the key is always taken, and the first reads end in mid-answer, when
 * it hangs up.
 */
final class HalfAnswerS3 implements AutoCloseable {
    private final AtomicInteger halvesLeft;
    private final byte[] object;
    private final HttpServer server;

    HalfAnswerS3(byte[] object, int halves) throws IOException {
        this.object = object;
        this.halvesLeft = new AtomicInteger(halves);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Called by the server's only thread. */
    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("PUT")) {
            exchange.sendResponseHeaders(StorageFault.PRECONDITION_FAILED, -1);
            exchange.close();
            return;
        }
        boolean ranged = exchange.getRequestHeaders().containsKey("Range");
        exchange.getResponseHeaders().set("ETag", "\"0\"");
        exchange.getResponseHeaders().set("Content-Range", "bytes 0-" + (object.length - 1) + "/" + object.length);
        exchange.sendResponseHeaders(ranged ? 206 : 200, object.length);
        if (halvesLeft.getAndDecrement() > 0) {
            exchange.getResponseBody().write(object, 0, object.length / 2);
            exchange.getResponseBody().flush();
            // Only an exception makes the server hang up.
            throw new IOException("hung up on purpose");
        }
        exchange.getResponseBody().write(object);
        exchange.close();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    int halvesLeft() {
        return Math.max(0, halvesLeft.get());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

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
 * Simulates an S3 that answers with the given statuses and codes, one a request, and with 200 once they are used up. It sends
 * the checksum that it was told back, right or wrong, and the MD5 of what it got as the ETag. It keeps nothing.
 */
final class StubbornS3 implements AutoCloseable {
    private static final String CHECKSUM = "X-amz-checksum-sha256";

    private final Queue<Headers> headers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final Iterator<Refusal> refusals;
    private final HttpServer server;

    /**
     * An answer to one request.
     *
     * @param code S3's own name for what is wrong
     */
    record Refusal(int status, String code) {}

    StubbornS3(List<Integer> statuses) throws IOException {
        this(statuses.stream().map(status -> new Refusal(status, "Stubborn")).iterator());
    }

    StubbornS3(Iterator<Refusal> refusals) throws IOException {
        this.refusals = refusals;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Called by the server's only thread. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] got = exchange.getRequestBody().readAllBytes();
            requests.incrementAndGet();
            headers.add(exchange.getRequestHeaders());
            Refusal refusal = refusals.hasNext() ? refusals.next() : new Refusal(200, "");
            int status = refusal.status();
            String error = "<Error><Code>" + refusal.code() + "</Code><Message>no</Message></Error>";
            byte[] body = status == 200 ? new byte[0] : error.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("ETag", "\"" + Md5.hex(got) + "\"");
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

    /** Headers of the first request that has not been asked for. */
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

package dev.sluice.chaos.surroundings;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reverse proxy in front of a real S3, on loopback, that does to the next writes of objects what it is told. Everything
 * else passes as it is, signature and all. Clients name the bucket in the path.
 *
 * <p>Any thread may call any method. Requests are served by virtual threads of its own.
 */
public final class FaultyS3 implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FaultyS3.class);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpRelay store;
    private final SignatureV4 signature;
    private final Duration slowness;

    /** Guards what follows. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition healed = lock.newCondition();
    private final Deque<S3Fault> waiting = new ArrayDeque<>();
    private final Map<S3Fault, Integer> fired = new EnumMap<>(S3Fault.class);
    private long healings;

    /** A fault that happens now, and how often this had been healed when it began. */
    private record Firing(S3Fault fault, long healingsBefore) {}

    private FaultyS3(HttpServer server, URI target, String secretKey, Duration slowness) {
        this.server = server;
        this.store = new HttpRelay(target);
        this.signature = new SignatureV4(secretKey);
        this.slowness = slowness;
    }

    /**
     * Starts on a free port.
     *
     * @param target the store, plain HTTP
     * @param secretKey of the clients' key pair, to sign what was damaged on the way
     * @param slowness of {@link S3Fault#SLOW} and {@link S3Fault#TIMEOUT_AFTER_SUCCESS}; above the clients' patience
     */
    public static FaultyS3 start(URI target, String secretKey, Duration slowness) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            FaultyS3 proxy = new FaultyS3(server, target, secretKey, slowness);
            server.createContext("/", proxy::serve);
            server.setExecutor(proxy.threads);
            server.start();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("no port for the proxy in front of " + target, e);
        }
    }

    /** The address for the endpoint override of every client. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Lets the fault happen to so many writes of objects, after those asked for before. */
    public void inject(S3Fault fault, int requests) {
        lock.lock();
        try {
            for (int request = 0; request < requests; request++) {
                waiting.add(fault);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the faults that have not happened, and ends the waiting of those that make a client wait. */
    public void heal() {
        lock.lock();
        try {
            waiting.clear();
            healings++;
            healed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How often each fault has happened so far. */
    public Map<S3Fault, Integer> fired() {
        lock.lock();
        try {
            return Map.copyOf(fired);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        heal();
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        // Only an exception makes the server hang up without an answer.
        HttpMessage answer = answer(exchange).orElseThrow(() -> new IOException("cut on purpose"));
        try (exchange) {
            answer.headers().forEach((name, values) -> {
                if (!name.equals("connection")) {
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

    /** Empty to hang up instead. */
    private Optional<HttpMessage> answer(HttpExchange exchange) throws IOException {
        String start = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        Optional<Firing> firing = isWriteOfObject(exchange) ? next() : Optional.empty();
        firing.ifPresent(now -> LOG.info("event=fault_fired fault={} request=\"{}\"", now.fault(), start));
        if (firing.isPresent() && isCut(firing.get().fault(), exchange)) {
            return Optional.empty();
        }
        HttpMessage request = new HttpMessage(
                start, exchange.getRequestHeaders(), exchange.getRequestBody().readAllBytes());
        return firing.isEmpty() ? Optional.of(store.send(request)) : spoil(request, firing.get());
    }

    private static boolean isCut(S3Fault fault, HttpExchange exchange) throws IOException {
        if (fault == S3Fault.CUT) {
            exchange.getRequestBody().readNBytes(1);
        }
        return fault == S3Fault.CUT || fault == S3Fault.DOWN;
    }

    private Optional<HttpMessage> spoil(HttpMessage put, Firing firing) throws IOException {
        return switch (firing.fault()) {
            case ERROR_500 -> Optional.of(error("500 Internal Server Error", "InternalError"));
            case ERROR_503 -> Optional.of(error("503 Service Unavailable", "SlowDown"));
            case EXPIRED_CREDENTIALS ->
                Optional.of(
                        fired().getOrDefault(S3Fault.EXPIRED_CREDENTIALS, 0) % 2 == 0
                                ? error("400 Bad Request", "ExpiredToken")
                                : error("403 Forbidden", "InvalidAccessKeyId"));
            case SLOW -> {
                idle(firing);
                yield Optional.of(store.send(put));
            }
            case TIMEOUT_AFTER_SUCCESS -> {
                store.send(put);
                idle(firing);
                yield Optional.empty();
            }
            case TRUNCATED_BODY -> Optional.of(store.send(signature.signAgain(DamagedPut.truncated(put))));
            case WRONG_CHECKSUM -> Optional.of(store.send(signature.signAgain(DamagedPut.flipped(put))));
            case CUT, DOWN -> Optional.empty();
        };
    }

    /** Whether it is a PUT with a key after the bucket; a query would make it something else than an object's write. */
    private static boolean isWriteOfObject(HttpExchange exchange) {
        URI uri = exchange.getRequestURI();
        return exchange.getRequestMethod().equals("PUT")
                && uri.getRawQuery() == null
                && uri.getRawPath().indexOf('/', 1) > 0;
    }

    private Optional<Firing> next() {
        lock.lock();
        try {
            Optional<Firing> firing = Optional.ofNullable(waiting.poll()).map(fault -> new Firing(fault, healings));
            firing.ifPresent(now -> fired.merge(now.fault(), 1, Integer::sum));
            return firing;
        } finally {
            lock.unlock();
        }
    }

    private void idle(Firing firing) throws IOException {
        lock.lock();
        try {
            long left = slowness.toNanos();
            while (left > 0 && healings == firing.healingsBefore()) {
                left = healed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("closed while a client was kept waiting", e);
        } finally {
            lock.unlock();
        }
    }

    private static HttpMessage error(String status, String code) {
        String body = "<Error><Code>" + code + "</Code><Message>a fault on purpose</Message></Error>";
        return new HttpMessage(
                status, Map.of("content-type", List.of("application/xml")), body.getBytes(StandardCharsets.UTF_8));
    }
}

package dev.sluice.embedded;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small registry for Avro schemas that speaks Confluent's REST API, so that the official clients can use it: register, look
 * up, get by id and version, check compatibility. What it is told lies in {@code registry.jsonl} of its folder and is there
 * again after a restart.
 */
public final class EmbeddedSchemaRegistry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedSchemaRegistry.class);
    private static final int THREADS = 4;

    private final HttpServer server;
    private final ExecutorService threads;
    private final SchemaStore store;

    private EmbeddedSchemaRegistry(HttpServer server, ExecutorService threads, SchemaStore store) {
        this.server = server;
        this.threads = threads;
        this.store = store;
    }

    /**
     * Starts the registry and returns when it takes clients.
     *
     * @param folder made where it is new
     * @param port of the loopback interface; 0 for a free one
     * @throws StandaloneException where the port is taken or the folder cannot be used
     */
    public static EmbeddedSchemaRegistry start(Path folder, int port) {
        SchemaStore store = open(folder);
        HttpServer server;
        try {
            server = HttpServer.create(Loopback.address(port), 0);
        } catch (IOException e) {
            closeQuietly(store);
            throw new StandaloneException(
                    "the schema registry did not start on port " + port + " of " + Loopback.HOST, e);
        }
        ExecutorService threads = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().daemon().name("registry-", 0).factory());
        server.setExecutor(threads);
        server.createContext("/", new RegistryHttpHandler(new RegistryRoutes(store)));
        server.start();
        LOG.info("event=registry_started port={} folder={}", server.getAddress().getPort(), folder);
        return new EmbeddedSchemaRegistry(server, threads, store);
    }

    private static SchemaStore open(Path folder) {
        try {
            return new SchemaStore(
                    new RegistryJournal(Files.createDirectories(folder).resolve("registry.jsonl")));
        } catch (IOException e) {
            throw new StandaloneException("the schema registry's folder " + folder + " cannot be used", e);
        }
    }

    private static void closeQuietly(SchemaStore store) {
        try {
            store.close();
        } catch (IOException e) {
            LOG.warn("event=registry_close_failed", e);
        }
    }

    /** The address for {@code schema.registry.url} of every client. */
    public URI url() {
        return URI.create("http://" + Loopback.HOST + ":" + server.getAddress().getPort());
    }

    /** Answers this path too from now on, with these values as JSON. */
    public void answer(String path, Map<String, String> values) {
        server.createContext(path, new FixedAnswer(values));
    }

    /** Stops at once; a request under way is cut off. */
    @Override
    public void close() {
        URI url = url();
        server.stop(0);
        threads.close();
        closeQuietly(store);
        LOG.info("event=registry_stopped url={}", url);
    }
}

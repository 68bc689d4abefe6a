package dev.sluice.chaos.surroundings;

import dev.sluice.embedded.EmbeddedSchemaRegistry;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A schema registry of this process that can be stopped and started again on the same folder and port, behind a {@link
 * TcpProxy} and a {@link ForgetfulRegistry} that stay. Confined to one thread, but for the addresses.
 */
public final class ProxiedRegistry implements AutoCloseable {
    private final Path folder;
    private final int port;
    private final ForgetfulRegistry forgetful;
    private final TcpProxy proxy;
    private @Nullable EmbeddedSchemaRegistry running;

    private ProxiedRegistry(Path folder, int port) {
        this.folder = folder;
        this.port = port;
        forgetful = ForgetfulRegistry.start(directUrl());
        proxy = TcpProxy.start(FreePort.address(forgetful.port()));
    }

    /** Starts the proxy, and the registry behind it. */
    public static ProxiedRegistry start(Path folder) {
        ProxiedRegistry registry = down(folder);
        registry.start();
        return registry;
    }

    /** Starts the proxy alone: a registry that is down, until it is started. */
    public static ProxiedRegistry down(Path folder) {
        return new ProxiedRegistry(folder, FreePort.find());
    }

    public void start() {
        if (running == null) {
            running = EmbeddedSchemaRegistry.start(folder, port);
        }
    }

    public void stop() {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    /** The address for workers. It leads through the proxy. */
    public URI url() {
        return URI.create("http://" + FreePort.HOST + ":" + proxy.port());
    }

    /** The address for publisher and checker, which the link's faults must not touch. */
    public URI directUrl() {
        return URI.create("http://" + FreePort.HOST + ":" + port);
    }

    public TcpProxy proxy() {
        return proxy;
    }

    /** Through the proxy, no id is known from now on, or every one that is. */
    public void forget(boolean whetherItDoes) {
        forgetful.forget(whetherItDoes);
    }

    /** How often somebody was told that an id is unknown. */
    public int forgotten() {
        return forgetful.forgotten();
    }

    @Override
    public void close() {
        stop();
        proxy.close();
        forgetful.close();
    }
}

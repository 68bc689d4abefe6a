package dev.sluice.chaos.surroundings;

import dev.sluice.embedded.EmbeddedS3;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An S3 server of this process that can be stopped and started again on the same folder and port. Confined to one thread,
 * but for the addresses.
 */
public final class RestartableS3 implements AutoCloseable {
    private final Path folder;
    private final S3Access access;
    private @Nullable EmbeddedS3 running;

    private RestartableS3(Path folder, S3Access access) {
        this.folder = folder;
        this.access = access;
    }

    /** Starts the server on a free port and creates the bucket. */
    public static RestartableS3 start(Path folder, String bucket) {
        S3Access access = new S3Access(
                "http://" + FreePort.HOST + ":" + FreePort.find(), "us-east-1", "sluice-chaos", "sluice-chaos-secret");
        RestartableS3 s3 = new RestartableS3(folder, access);
        s3.start();
        if (s3.running != null) {
            s3.running.createBucket(bucket);
        }
        return s3;
    }

    public void start() {
        if (running == null) {
            running = EmbeddedS3.start(
                    folder, URI.create(access.endpoint()).getPort(), access.accessKey(), access.secretKey());
        }
    }

    public void stop() {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    /** The server itself, without anything in front of it. */
    public S3Access access() {
        return access;
    }

    public URI endpoint() {
        return URI.create(access.endpoint());
    }

    @Override
    public void close() {
        stop();
    }
}

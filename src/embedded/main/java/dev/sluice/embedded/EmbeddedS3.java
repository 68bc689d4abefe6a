package dev.sluice.embedded;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An S3 server in this process. Buckets are the folders of one folder, objects are the files in them, and both are there
 * again after a restart. Conditional writes ({@code If-None-Match: *}) have one winner.
 *
 * <p>Any thread may call any method; {@link #close()} once.
 */
public final class EmbeddedS3 implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedS3.class);

    private final S3Proxy server;
    private final FilesystemNio2BlobStore objects;
    private final URI endpoint;

    private EmbeddedS3(S3Proxy server, FilesystemNio2BlobStore objects, URI endpoint) {
        this.server = server;
        this.objects = objects;
        this.endpoint = endpoint;
    }

    /**
     * Starts the server and returns when it takes clients. They sign with the key pair (signature version 4) and name the
     * bucket in the path, not in the host.
     *
     * @param folder made where it is new
     * @param port of the loopback interface; 0 for a free one
     * @throws StandaloneException where the port is taken or the folder cannot be used
     */
    public static EmbeddedS3 start(Path folder, int port, String accessKey, String secretKey) {
        FilesystemNio2BlobStore objects = open(folder);
        S3Proxy server = S3Proxy.builder()
                .blobStore(objects)
                .endpoint(URI.create("http://" + Loopback.HOST + ":" + port))
                .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                .build();
        try {
            server.start();
        } catch (Exception e) {
            throw new StandaloneException("S3 did not start on port " + port + " of " + Loopback.HOST, e);
        }
        URI endpoint = URI.create("http://" + Loopback.HOST + ":" + server.getPort());
        LOG.info("event=s3_started port={} folder={}", server.getPort(), folder);
        return new EmbeddedS3(server, objects, endpoint);
    }

    private static FilesystemNio2BlobStore open(Path folder) {
        try {
            // It compares what it finds with its own path, and lists nothing where that is relative.
            return new FilesystemNio2BlobStore(
                    Files.createDirectories(folder).toAbsolutePath().normalize().toString());
        } catch (IOException e) {
            throw new StandaloneException("S3's folder " + folder + " could not be made", e);
        }
    }

    /** The address for the endpoint override of every client. */
    public URI endpoint() {
        return endpoint;
    }

    /** Creates the bucket where it is missing. */
    public void createBucket(String bucket) {
        if (!objects.containerExists(bucket)) {
            objects.createContainer(bucket);
        }
    }

    /** Stops the server and returns when the requests under way are answered or cut off. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new StandaloneException("S3 did not stop at " + endpoint, e);
        }
        LOG.info("event=s3_stopped endpoint={}", endpoint);
    }
}

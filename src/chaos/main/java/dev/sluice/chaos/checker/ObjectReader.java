package dev.sluice.chaos.checker;

import dev.sluice.chaos.surroundings.S3Access;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Fetches images from the store itself and keeps their digests, a few at a time. Used by one thread. */
final class ObjectReader implements AutoCloseable {
    private static final int AT_ONCE = 8;
    private static final int NOT_FOUND = 404;

    private final S3AsyncClient s3;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            AT_ONCE, Thread.ofPlatform().daemon().name("checker-fetch-", 0).factory());

    ObjectReader(S3Access access) {
        s3 = S3AsyncClient.builder()
                .endpointOverride(URI.create(access.endpoint()))
                .region(Region.of(access.region()))
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(access.accessKey(), access.secretKey())))
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(AT_ONCE))
                .build();
    }

    /**
     * What lies where each image should; nothing for an object that doesn't exist.
     *
     * @throws IllegalStateException where the store doesn't answer
     */
    Map<History.Image, Optional<History.StoredObject>> read(Collection<History.Image> images)
            throws InterruptedException {
        List<History.Image> wanted = new ArrayList<>(images);
        List<Future<Optional<History.StoredObject>>> fetches =
                wanted.stream().map(image -> threads.submit(() -> fetch(image))).toList();
        Map<History.Image, Optional<History.StoredObject>> found = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            try {
                found.put(wanted.get(i), fetches.get(i).get());
            } catch (ExecutionException e) {
                throw new IllegalStateException("the store could not be asked for " + wanted.get(i), e);
            }
        }
        return found;
    }

    private Optional<History.StoredObject> fetch(History.Image image) throws ExecutionException, InterruptedException {
        try {
            byte[] bytes = s3.getObject(
                            get -> get.bucket(image.bucket()).key(image.key()), AsyncResponseTransformer.toBytes())
                    .get()
                    .asByteArrayUnsafe();
            return Optional.of(ImageDigest.of(bytes));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof S3Exception answer && answer.statusCode() == NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        s3.close();
    }
}

package dev.sluice.wire;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a registry for one schema until there is an answer to keep. A schema is such an answer, and so is text that is
 * no schema. "Unknown" becomes one when the registry has said so throughout the patience and each time has answered
 * another question rightly, since a registry that starts, or a replica that lags, does not know yet. The same holds for
 * every other failure: refused credentials, an error, a proxy's page, silence for this id alone. A registry that
 * answers nothing rightly is away, and is asked until it is back.
 *
 * <p>One try follows the other, so its fields belong to the thread that tries.
 */
final class SchemaInquiry implements Runnable {
    static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(SchemaInquiry.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final int id;
    private final WriterSchemas schemas;
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private Duration pause = FIRST_PAUSE;
    private int attempts;
    /** Since when the registry has answered others rightly, and not this. */
    private OptionalLong failingSinceNanos = OptionalLong.empty();

    SchemaInquiry(int id, WriterSchemas schemas) {
        this.id = id;
        this.schemas = schemas;
    }

    /** Completes when it asks no more. */
    CompletableFuture<Boolean> ended() {
        return ended;
    }

    @Override
    public void run() {
        attempts++;
        try {
            schemas.know(id, schemas.registry().schemaOf(id));
            if (attempts > 1) {
                LOG.info("schema_known schema_id={} attempts={}", id, attempts);
            }
        } catch (UnknownSchemaException e) {
            failed(e, e);
        } catch (UndecodableException e) {
            schemas.refuse(id, e);
        } catch (RegistryUnavailableException e) {
            failed(new UnansweredSchemaException(id, e), e);
        } catch (RuntimeException | Error e) {
            LOG.error("schema_inquiry_failed schema_id={}", id, e);
            schemas.end(id);
        }
    }

    private void failed(UndecodableException reason, Exception cause) {
        boolean others = schemas.answersRightly();
        if (others && schemas.isRemembered(id)) {
            // The patience was spent before. It only remains to learn whether the refusal stands.
            schemas.refuse(id, reason);
            return;
        }
        long now = schemas.nanos();
        if (!others) {
            failingSinceNanos = OptionalLong.empty();
        } else if (failingSinceNanos.isEmpty()) {
            failingSinceNanos = OptionalLong.of(now);
        }
        Duration failing =
                failingSinceNanos.isEmpty() ? Duration.ZERO : Duration.ofNanos(now - failingSinceNanos.getAsLong());
        if (others && failing.compareTo(schemas.patience()) >= 0) {
            LOG.warn("schema_refused schema_id={} attempts={} reason=\"{}\"", id, attempts, reason.getMessage());
            schemas.refuse(id, reason);
            return;
        }
        if (Integer.bitCount(attempts) == 1) {
            LOG.warn(
                    "schema_awaited schema_id={} attempts={} registry_answers_others={} cause=\"{}\"",
                    id,
                    attempts,
                    others,
                    cause.getMessage());
        }
        Duration next = pause;
        if (others) {
            Duration left = schemas.patience().minus(failing);
            next = left.compareTo(pause) < 0 ? left : pause;
        }
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        schemas.again(next, this);
    }
}

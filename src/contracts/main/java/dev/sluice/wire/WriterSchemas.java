package dev.sluice.wire;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The schemas that records were written with, found beside the threads that read: {@link #awaited} says at once whether a
 * record must wait, and has the registry asked; {@link #schemaOf} then knows.
 *
 * <p>Known schemas are kept, up to a number. Refusals are kept in a place of their own, so that poison can't drive
 * sound schemas out. A refusal holds for {@link #BELIEVED}. After that the next record waits for one answer. For {@link
 * #REMEMBERED} the same answer again is enough, so the patience is spent once.
 *
 * <p>Any thread may call; a few threads of its own ask the registry, each of them one id at a time.
 */
public final class WriterSchemas implements SchemasById, SchemaAnswers, AutoCloseable {
    /** A key of the configuration that Kafka hands to its deserializers. */
    public static final String KEY = "sluice.writer.schemas";

    static final Duration REMEMBERED = Duration.ofMinutes(5);
    static final Duration BELIEVED = Duration.ofSeconds(10);

    private static final int CAPACITY = 1000;
    private static final int MAX_INQUIRIES = 64;
    private static final int THREADS = 4;

    /** Runs something later, on another thread. */
    interface Later {
        void run(Duration delay, Runnable action);
    }

    private record Refusal(UndecodableException reason, long confirmedNanos) {}

    private final SchemaRegistry registry;
    private final BooleanSupplier responds;
    private final AvroConfig config;
    private final Later later;
    private final LongSupplier nanoClock;
    private final Runnable closing;
    private final RecentlyUsed<Integer, Schema> known = new RecentlyUsed<>(CAPACITY);
    private final RecentlyUsed<Integer, Refusal> refused = new RecentlyUsed<>(CAPACITY);
    private final Map<Integer, SchemaInquiry> inquiries = new ConcurrentHashMap<>();

    /** The one that the configuration names. */
    static Optional<WriterSchemas> in(Map<String, ?> configs) {
        return configs.get(KEY) instanceof WriterSchemas schemas ? Optional.of(schemas) : Optional.empty();
    }

    /**
     * Asks the registry that the configuration names.
     *
     * @throws org.apache.kafka.common.config.ConfigException where a trust or key store can't be used
     */
    public static WriterSchemas of(AvroConfig config, RegistryCounts counts) {
        HttpSchemaRegistry http = config.http();
        ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(
                THREADS,
                Thread.ofPlatform().daemon().name("sluice-registry-", 0).factory());
        return new WriterSchemas(
                new CountingSchemaRegistry(http, counts),
                http::responds,
                config,
                (delay, action) -> schedule(threads, delay, action),
                System::nanoTime,
                threads::shutdownNow);
    }

    /**
     * Schemas with every part given.
     *
     * @param registry asked once for each try; waits for nothing
     * @param responds whether the registry answers a question that has nothing to do with any schema
     */
    WriterSchemas(
            SchemaRegistry registry,
            BooleanSupplier responds,
            AvroConfig config,
            Later later,
            LongSupplier nanoClock,
            Runnable closing) {
        this.registry = registry;
        this.responds = responds;
        this.config = config;
        this.later = later;
        this.nanoClock = nanoClock;
        this.closing = closing;
    }

    @Override
    public OptionalInt awaited(byte @Nullable [] record) {
        if (record == null || record.length > config.maxMessageBytes() || !ConfluentWireFormat.hasHeader(record)) {
            return OptionalInt.empty();
        }
        int id = ConfluentWireFormat.schemaId(record);
        return answered(id) ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public boolean answered(int schemaId) {
        if (known.get(schemaId).isPresent()) {
            return true;
        }
        if (isRefused(schemaId, BELIEVED)) {
            return true;
        }
        ask(schemaId);
        return false;
    }

    /** Waits only where {@link #answered} was not asked before, or long ago. */
    @Override
    public Schema schemaOf(int id) {
        long end = nanoClock.getAsLong() + config.retryBudget().toNanos();
        while (true) {
            Optional<Schema> schema = known.get(id);
            if (schema.isPresent()) {
                return schema.get();
            }
            Optional<Refusal> refusal = refused.get(id);
            if (refusal.isPresent()) {
                throw refusal.get().reason();
            }
            await(id, end - nanoClock.getAsLong());
        }
    }

    @Override
    public void close() {
        closing.run();
        registry.close();
    }

    /** Does nothing where enough ids are being asked for. A record that waits asks again. */
    private void ask(int id) {
        if (inquiries.size() < MAX_INQUIRIES) {
            inquiries.computeIfAbsent(id, this::inquiry);
        }
    }

    private SchemaInquiry inquiry(int id) {
        SchemaInquiry inquiry = new SchemaInquiry(id, this);
        later.run(Duration.ZERO, inquiry);
        return inquiry;
    }

    private void await(int id, long nanos) {
        ask(id);
        SchemaInquiry inquiry = inquiries.get(id);
        try {
            if (nanos <= 0) {
                throw new TimeoutException();
            }
            if (inquiry != null) {
                inquiry.ended().get(nanos, TimeUnit.NANOSECONDS);
            } else if (known.get(id).isEmpty() && refused.get(id).isEmpty()) {
                Thread.sleep(SchemaInquiry.FIRST_PAUSE);
            }
        } catch (TimeoutException e) {
            throw new RegistryUnavailableException(
                    "the schema registry gave no answer for schema " + id + " within " + config.retryBudget());
        } catch (ExecutionException e) {
            throw new RegistryUnavailableException("schema " + id + " could not be asked for", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("interrupted while waiting for schema " + id, e);
        }
    }

    // What an inquiry does, on the thread that it runs on.

    SchemaRegistry registry() {
        return registry;
    }

    Duration patience() {
        return config.answerPatience();
    }

    long nanos() {
        return nanoClock.getAsLong();
    }

    /** Whether the registry answers something that it has answered before, or anything at all where that is nothing. */
    boolean answersRightly() {
        List<Integer> before = known.latest(2);
        return before.isEmpty() ? responds.getAsBoolean() : before.stream().anyMatch(this::isStillKnown);
    }

    private boolean isStillKnown(int id) {
        try {
            registry.schemaOf(id);
            return true;
        } catch (UndecodableException | RegistryUnavailableException e) {
            return false;
        }
    }

    boolean isRemembered(int id) {
        return isRefused(id, REMEMBERED);
    }

    private boolean isRefused(int id, Duration within) {
        return refused.get(id)
                .filter(refusal -> age(refusal).compareTo(within) < 0)
                .isPresent();
    }

    private Duration age(Refusal refusal) {
        return Duration.ofNanos(nanoClock.getAsLong() - refusal.confirmedNanos());
    }

    void know(int id, Schema schema) {
        known.put(id, schema);
        end(id);
    }

    void refuse(int id, UndecodableException reason) {
        refused.put(id, new Refusal(reason, nanoClock.getAsLong()));
        end(id);
    }

    /** Ends the inquiry as it is. */
    void end(int id) {
        SchemaInquiry ended = inquiries.remove(id);
        if (ended != null) {
            ended.ended().complete(true);
        }
    }

    void again(Duration pause, SchemaInquiry inquiry) {
        later.run(pause, inquiry);
    }

    private static void schedule(ScheduledThreadPoolExecutor threads, Duration delay, Runnable action) {
        try {
            Future<?> unused = threads.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closed: nobody waits any more.
        }
    }
}

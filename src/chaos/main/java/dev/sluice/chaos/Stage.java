package dev.sluice.chaos;

import dev.sluice.chaos.checker.CheckerInput;
import dev.sluice.chaos.checker.HistoryFile;
import dev.sluice.chaos.surroundings.Surroundings;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.wire.HttpSchemaRegistry;
import dev.sluice.wire.SchemaRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers, publisher and watch around the same broker, registry and S3: what a run plays on. Closing it ends the workers'
 * processes.
 */
final class Stage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Stage.class);
    private static final Duration REGISTRY_PATIENCE = Duration.ofSeconds(5);
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);
    private static final Duration RECOVERY_PATIENCE = Duration.ofSeconds(60);
    private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(60);
    private static final int CHECKER_PATIENCE_SECONDS = 60;

    private final Surroundings around;
    private final Fleet fleet;
    private final OutcomeWatch watch;
    private final Path historyFile;
    private final HistoryFile history;
    private final Publisher publisher;
    private final ChaosTraffic traffic;
    private final ChaosTraffic strange;
    private final SchemaRegistry schemas;
    private final EvolvedRequests evolved;
    private final Meters meters;
    private final HangingTransactions operator;

    private Stage(Surroundings around, Path folder, Path bundle, long seed) {
        this.around = around;
        meters = new Meters();
        fleet = new Fleet(folder, around.workerSettings(bundle), launch -> meters.read(launch.stateDirectory()));
        watch = new OutcomeWatch(around.broker().bootstrapServers(), Surroundings.TOPICS);
        historyFile = folder.resolve("history.jsonl");
        history = HistoryFile.append(historyFile);
        String registry = around.registry().directUrl().toString();
        operator = HangingTransactions.watch(around.broker().bootstrapServers());
        publisher =
                new Publisher(around.broker().bootstrapServers(), registry, Surroundings.TOPICS, history, watch, seed);
        var manifest = VerifiedBundle.read(bundle).manifest();
        traffic = new ChaosTraffic(
                "chaos-", seed, manifest.name(), manifest.classCondition().classes(), Clock.systemUTC());
        strange = new ChaosTraffic(
                "strange-", seed, manifest.name(), manifest.classCondition().classes(), Clock.systemUTC());
        schemas = new HttpSchemaRegistry(
                List.of(around.registry().directUrl()), Optional.empty(), Optional.empty(), REGISTRY_PATIENCE);
        evolved = new EvolvedRequests(
                new ChaosTraffic(
                        "evolved-",
                        seed,
                        manifest.name(),
                        manifest.classCondition().classes(),
                        Clock.systemUTC()),
                schemas,
                Surroundings.TOPICS);
    }

    static Stage open(Surroundings around, ChaosPlan plan) {
        return new Stage(around, plan.folder(), plan.bundle(), plan.seed());
    }

    Surroundings around() {
        return around;
    }

    Fleet fleet() {
        return fleet;
    }

    OutcomeWatch watch() {
        return watch;
    }

    Publisher publisher() {
        return publisher;
    }

    /** How many transactions the broker lost track of, and somebody had to end. */
    int hangingTransactions() {
        return operator.aborted();
    }

    ChaosTraffic traffic() {
        return traffic;
    }

    Arena arena(Tempo tempo) {
        return new Arena(around, fleet, publisher, evolved, strange, tempo);
    }

    /**
     * Starts each worker that there ever was once more, so that it charges what its killed processes had spent, and
     * stops it.
     *
     * @return how many ended with a status other than that of a stop
     */
    int recoverDeviceTime() throws InterruptedException {
        fleet.everJoined().forEach(fleet::join);
        fleet.awaitReady(START_PATIENCE);
        // A dead process's file goes when its charge is committed; each worker keeps its own.
        boolean recovered = Patience.await(
                RECOVERY_PATIENCE,
                () -> fleet.processes().stream()
                        .allMatch(worker -> Meters.files(worker.launch().stateDirectory()) <= 1));
        LOG.info("device_time_recovered all={}", recovered);
        return fleet.leaveAll(LEAVE_PATIENCE);
    }

    /** The checker's input, as it is now. */
    CheckerInput checkerInput() {
        return new CheckerInput(
                around.broker().bootstrapServers(),
                around.registry().directUrl().toString(),
                around.s3(),
                historyFile.toString(),
                meters.readings(),
                meters.any(),
                CHECKER_PATIENCE_SECONDS);
    }

    @Override
    public void close() {
        fleet.close();
        publisher.close();
        operator.close();
        watch.close();
        history.close();
        schemas.close();
    }
}

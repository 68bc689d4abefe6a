package dev.sluice.chaos;

import dev.sluice.chaos.checker.CheckerProcess;
import dev.sluice.chaos.checker.Verdict;
import dev.sluice.chaos.surroundings.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fault suite: publishes seeded traffic to workers in processes of their own, lets one fault after another strike,
 * heals everything, and has the checker judge what there is then. Faults strike on the calling thread; publishing has a
 * thread of its own.
 */
public final class Chaos {
    private static final Logger LOG = LoggerFactory.getLogger(Chaos.class);
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);
    private static final Duration SETTLE_PATIENCE = Duration.ofMinutes(4);
    private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(60);
    /** How long the next fault waits for outcomes. */
    private static final Duration BREATH = Duration.ofSeconds(60);

    private static final int SHOWN = 20;

    private final ChaosPlan plan;
    private final Map<String, ChaosReport.Struck> struck = new ConcurrentHashMap<>();

    public Chaos(ChaosPlan plan) {
        this.plan = plan;
    }

    /**
     * Runs the plan.
     *
     * @throws IllegalStateException where the surroundings don't start, or the checker can't read what it must
     */
    public ChaosReport run() throws InterruptedException {
        makeFolder();
        try (Surroundings around = Surroundings.start(plan.folder());
                Stage stage = Stage.open(around, plan)) {
            return run(stage);
        }
    }

    private ChaosReport run(Stage stage) throws InterruptedException {
        for (int worker = 1; worker <= plan.workers(); worker++) {
            stage.fleet().join("worker-" + worker);
        }
        if (!stage.fleet().awaitReady(START_PATIENCE)) {
            throw new IllegalStateException("the workers don't start; see " + plan.folder());
        }
        long start = System.nanoTime();
        Crowd crowd = Crowd.start(plan, stage);
        strikeUntilDone(stage, crowd);
        crowd.join();
        stage.around().heal();
        stage.publisher().flush();
        boolean settled = stage.watch().awaitNone(SETTLE_PATIENCE);
        LOG.info(
                "traffic_over settled={} outstanding={}", settled, stage.watch().outstanding());
        // The last fault may have killed a worker that is not back yet; only one that runs can leave.
        if (!stage.fleet().awaitReady(START_PATIENCE)) {
            LOG.warn("not_all_back");
        }
        int badLeaves = stage.fleet().leaveAll(LEAVE_PATIENCE);
        badLeaves += stage.recoverDeviceTime();
        List<String> outstanding = stage.watch().examples(SHOWN);
        Verdict verdict = CheckerProcess.check(stage.checkerInput(), plan.folder());
        Map<Integer, Integer> exits = new TreeMap<>();
        stage.fleet().exits().forEach(exit -> exits.merge(exit.status(), 1, Integer::sum));
        return new ChaosReport(
                plan,
                Duration.ofNanos(System.nanoTime() - start),
                struck,
                exits,
                outstanding,
                badLeaves,
                stage.publisher().refused(),
                stage.hangingTransactions(),
                verdict);
    }

    /** Every fault once in a random order, and again, until everything is published. */
    private void strikeUntilDone(Stage stage, Crowd crowd) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(plan.seed() + 1);
        List<Fault> round = new ArrayList<>();
        while (!crowd.done()) {
            if (round.isEmpty()) {
                round.addAll(plan.toStrike());
                Collections.shuffle(round, new Random(random.nextLong()));
            }
            int before = stage.watch().settled();
            Thread.sleep(random.nextLong(plan.tempo().pause().toMillis()));
            Patience.await(
                    BREATH,
                    () -> crowd.done()
                            || stage.watch().settled() >= before + plan.tempo().outcomes());
            strike(round.removeLast(), random.split(), stage);
        }
    }

    private void strike(Fault fault, SplittableRandom random, Stage stage) throws InterruptedException {
        LOG.info(
                "fault_fired fault={} seed={} settled={}",
                fault,
                plan.seed(),
                stage.watch().settled());
        boolean hit = false;
        try {
            hit = fault.strike(stage.arena(plan.tempo()), random);
        } catch (RuntimeException e) {
            LOG.error("fault_failed fault={}", fault, e);
            stage.around().heal();
        }
        boolean didHit = hit;
        update(fault, before -> before.once(didHit));
        LOG.info(
                "fault_over fault={} hit={} outstanding={}",
                fault,
                hit,
                stage.watch().outstanding());
        stage.watch().whenRecovered(after -> update(fault, before -> before.recovered(after)));
    }

    private void update(Fault fault, UnaryOperator<ChaosReport.Struck> change) {
        struck.compute(
                fault.name(),
                (name, before) -> change.apply(Optional.ofNullable(before).orElse(ChaosReport.Struck.NEVER)));
    }

    private void makeFolder() {
        try {
            Files.createDirectories(plan.folder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.sluice.chaos;

import dev.sluice.chaos.checker.CheckerInput;
import dev.sluice.chaos.checker.CheckerProcess;
import dev.sluice.chaos.checker.HistoryFile;
import dev.sluice.chaos.checker.Verdict;
import dev.sluice.chaos.surroundings.S3Access;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.wire.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * What upstream apps of the chaos suite publish, to brokers and workers that somebody else runs. Arguments: brokers, registry, S3,
 * folder, the bundle's folder, seed. Takes orders from standard input, a line each, and answers each with a line that begins with
 * {@value #ANSWER}:
 *
 * <ul>
 *   <li>{@code mix RATE}: from now on so many groups of the suite's mix a second
 *   <li>{@code steps RATE STEPS}: from now on so many requests of that many steps a second
 *   <li>{@code outstanding}: how many have no outcome yet
 *   <li>{@code judge SECONDS}: publishes no more, waits as long for what is outstanding, and answers with the verdict
 * </ul>
 *
 * Ends with its standard input. The folder gets {@code history.jsonl}, {@code trace.csv} and {@code requests.csv}. The main thread takes orders, another
 * publishes.
 */
public final class ClusterTraffic implements AutoCloseable {
    /** What a line of the log does not begin with. */
    public static final String ANSWER = "answer: ";

    private static final int CHECKER_PATIENCE_SECONDS = 120;
    private static final S3Access NOBODY = new S3Access("", "us-east-1", "sluice", "sluice-standalone");

    private final String brokers;
    private final String registry;
    private final S3Access s3;
    private final Path folder;
    private final HistoryFile history;
    private final OutcomeWatch watch;
    private final Publisher publisher;
    private final ChaosTraffic traffic;
    private final Thread thread;
    /** Written by the main thread. */
    private volatile Pace pace = new Pace(0, 0);

    private volatile boolean closing;

    /** @param steps of each request; 0 for the suite's mix */
    private record Pace(double perSecond, int steps) {}

    private ClusterTraffic(String brokers, String registry, String s3, Path folder, Path bundle, long seed) {
        this.brokers = brokers;
        this.registry = registry;
        this.s3 = new S3Access(s3, NOBODY.region(), NOBODY.accessKey(), NOBODY.secretKey());
        this.folder = folder;
        history = HistoryFile.append(folder.resolve("history.jsonl"));
        watch = new OutcomeWatch(brokers, Topics.DEFAULT);
        publisher = new Publisher(brokers, registry, Topics.DEFAULT, history, watch, seed);
        var manifest = VerifiedBundle.read(bundle).manifest();
        traffic = new ChaosTraffic(
                "cluster-", seed, manifest.name(), manifest.classCondition().classes(), Clock.systemUTC());
        thread = Thread.ofPlatform().name("cluster-traffic").daemon(true).start(this::publish);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[3]));
        var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (var traffic =
                new ClusterTraffic(args[0], args[1], args[2], folder, Path.of(args[4]), Long.parseLong(args[5]))) {
            String order = orders.readLine();
            while (order != null) {
                System.out.println(ANSWER + traffic.answer(order.split(" ")));
                order = orders.readLine();
            }
        }
        // Threads of clients that can't reach their broker would keep the process.
        System.exit(0);
    }

    private String answer(String[] order) throws InterruptedException {
        return switch (order[0]) {
            case "mix" -> pace(new Pace(Double.parseDouble(order[1]), 0));
            case "steps" -> pace(new Pace(Double.parseDouble(order[1]), Integer.parseInt(order[2])));
            case "outstanding" -> String.valueOf(watch.outstanding());
            case "judge" ->
                judge(Duration.ofSeconds(Long.parseLong(order[1]))).toJson().toString();
            default -> throw new IllegalArgumentException("no such order: " + order[0]);
        };
    }

    private String pace(Pace next) {
        pace = next;
        return "ok";
    }

    private Verdict judge(Duration patience) throws InterruptedException {
        pace = new Pace(0, 0);
        publisher.flush();
        watch.awaitNone(patience);
        Verdict verdict = CheckerProcess.check(
                new CheckerInput(
                        brokers,
                        registry,
                        s3,
                        folder.resolve("history.jsonl").toString(),
                        List.of(),
                        // What workers spent stands in their pods.
                        false,
                        CHECKER_PATIENCE_SECONDS),
                folder);
        new ClusterTrace(brokers, registry).write(folder.resolve("history.jsonl"), folder);
        return verdict;
    }

    private void publish() {
        long next = System.nanoTime();
        try {
            while (!closing) {
                Pace now = pace;
                if (now.perSecond() == 0) {
                    Thread.sleep(50);
                    next = System.nanoTime();
                    continue;
                }
                List<Delivery> group = now.steps() == 0
                        ? traffic.next()
                        : List.of(Delivery.request(
                                traffic.request(now.steps()).setImages(1).build(), ChaosTraffic.SOUND));
                group.forEach(publisher::publish);
                next += (long) (1e9 / now.perSecond());
                Thread.sleep(
                        Math.max(0, Duration.ofNanos(next - System.nanoTime()).toMillis()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing = true;
        // It may be waiting for a broker that is away.
        thread.interrupt();
        watch.close();
        history.close();
    }
}

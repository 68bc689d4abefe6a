package dev.sluice.cli;

import dev.sluice.cli.OtherAnswers.Answer;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.events.v1.PlanAsRun;
import dev.sluice.request.Printable;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine;

/**
 * Waits for the outcomes of published requests and prints them. Used by one thread. If the process is stopped
 * meanwhile, a shutdown hook tells how to go on with the open requests.
 */
final class OutcomeWait {
    /** Time for a worker to show that it takes a used id for a new request, or refuses it. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final Duration LOOK = Duration.ofMillis(200);
    private static final int MOST_IDS_TOLD = 20;

    private final CommandLine command;
    private final boolean json;
    private final String addressesAsTyped;
    private final Consumer<GenerationCompleted> whenCompleted;

    /** Written by the waiting thread, read by the shutdown's. */
    private final Set<String> open = ConcurrentHashMap.newKeySet();

    private final Set<String> underWay = new HashSet<>();
    private final Map<String, Answer.Earlier> earlier = new HashMap<>();
    private boolean failed;

    /**
     * A wait that has not begun.
     *
     * @param addressesAsTyped options for a command that the user may want next
     * @param whenCompleted gets each completion once it is printed, on the waiting thread
     */
    OutcomeWait(
            CommandLine command,
            boolean json,
            String addressesAsTyped,
            Set<String> ids,
            Consumer<GenerationCompleted> whenCompleted) {
        this.command = command;
        this.json = json;
        this.addressesAsTyped = addressesAsTyped;
        this.whenCompleted = whenCompleted;
        open.addAll(ids);
    }

    /**
     * Waits until every request has its outcome.
     *
     * @param events polls what workers say from before the requests were published
     * @return the command's exit code
     * @throws Main.Failure where the time is over
     */
    int await(Function<Duration, List<SpecificRecord>> events, OtherAnswers others, Stopwatch time) {
        Stopwatch published = new Stopwatch(GRACE);
        Thread stopped = new Thread(this::sayWhatGoesOn, "sluice-submit-stopped");
        Runtime.getRuntime().addShutdownHook(stopped);
        try {
            while (!open.isEmpty()) {
                if (time.isOver()) {
                    throw new Main.Failure("no outcome within " + time.limit().toSeconds() + " s. " + whatGoesOn());
                }
                events.apply(LOOK).forEach(this::take);
                others.poll(others.hasLookedBack() ? Duration.ZERO : LOOK).forEach(this::take);
                if (published.isOver() && others.hasLookedBack()) {
                    settleEarlier();
                }
            }
        } finally {
            forget(stopped);
        }
        return failed ? 1 : 0;
    }

    /** What to tell a user who waits no longer. */
    String whatGoesOn() {
        List<String> ids = open.stream().sorted().limit(MOST_IDS_TOLD).toList();
        int more = open.size() - ids.size();
        return (open.size() == 1
                        ? "The request goes on; this takes it back:"
                        : "The requests go on; this takes them back:")
                + System.lineSeparator() + "  ./sluice cancel" + addressesAsTyped + " "
                + Printable.line(String.join(" ", ids))
                + (more <= 0 ? "" : System.lineSeparator() + "  and " + more + " more");
    }

    void take(SpecificRecord event) {
        switch (event) {
            case GenerationProgressed progress -> {
                underWay.add(progress.getRequestId());
                if (open.contains(progress.getRequestId()) && !json) {
                    print(Printable.line(progress.getRequestId()) + "  step " + progress.getStep() + " of "
                            + progress.getSteps());
                }
            }
            case GenerationCompleted completed -> settle(completed.getRequestId(), "", completed);
            case GenerationFailed failure -> settle(failure.getRequestId(), "", failure);
            default -> {}
        }
    }

    void take(Answer answer) {
        switch (answer) {
            // In the order of a partition, so that the last one stays.
            case Answer.Earlier old -> earlier.put(old.requestId(), old);
            case Answer.DeadLetter(String requestId, String reason) -> {
                if (open.remove(requestId)) {
                    failed = true;
                    command.getErr()
                            .println(Printable.line(
                                    requestId + "  has no outcome; its record is a dead letter: " + reason));
                    command.getErr().flush();
                }
            }
        }
    }

    /** A worker that works on a used id again would have said so by now. So the id is settled. */
    void settleEarlier() {
        for (Answer.Earlier old : List.copyOf(earlier.values())) {
            if (!underWay.contains(old.requestId())) {
                settle(
                        old.requestId(),
                        "  had its outcome already, at " + old.at() + ":" + System.lineSeparator(),
                        old.outcome());
            }
        }
    }

    private void settle(String requestId, String before, SpecificRecord outcome) {
        if (open.remove(requestId)) {
            failed |= outcome instanceof GenerationFailed;
            print(
                    json
                            ? outcome.toString()
                            : (before.isEmpty() ? "" : Printable.line(requestId) + before) + describe(outcome));
            if (outcome instanceof GenerationCompleted completed) {
                whenCompleted.accept(completed);
            }
        }
    }

    private void print(String text) {
        PrintWriter out = command.getOut();
        out.println(text);
        out.flush();
    }

    private void sayWhatGoesOn() {
        if (!open.isEmpty()) {
            command.getErr().println(System.lineSeparator() + "Stopped waiting. " + whatGoesOn());
            command.getErr().flush();
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is being stopped, and the hook runs.
        }
    }

    private static String describe(SpecificRecord outcome) {
        return switch (outcome) {
            case GenerationCompleted completed -> describe(completed);
            case GenerationFailed failure ->
                Printable.line(failure.getRequestId() + "  failed: " + failure.getCode()
                        + (failure.getField() == null ? "" : " (" + failure.getField() + ")") + ": "
                        + failure.getMessage());
            default -> outcome.toString();
        };
    }

    private static String describe(GenerationCompleted completed) {
        StringBuilder text = new StringBuilder(Printable.line(completed.getRequestId()))
                .append("  completed")
                .append(Printable.line(asRun(completed.getPlan())));
        for (ImageObject image : completed.getImages()) {
            text.append(System.lineSeparator())
                    .append("  s3://")
                    .append(Printable.line(image.getBucket()))
                    .append('/')
                    .append(Printable.line(image.getKey()))
                    .append("  sha256 ")
                    .append(Printable.line(image.getSha256()));
        }
        return text.toString();
    }

    /** What the worker used, the bundle's own where the request had no opinion; nothing where an older one doesn't say. */
    private static String asRun(PlanAsRun plan) {
        if (plan.getSampler().isEmpty()) {
            return "";
        }
        String sampled = ", " + plan.getSampler() + " in " + plan.getSteps() + " steps";
        return plan.getGuidance().equals("NONE")
                ? sampled + ", unguided"
                : sampled + ", " + plan.getGuidance() + " at scale " + plan.getScale() + ", "
                        + plan.getGuidedTimesteps().size() + " steps guided (" + plan.getSchedule() + ", weighting "
                        + plan.getWeighting() + ")";
    }
}

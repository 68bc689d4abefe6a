package dev.sluice.metrics;

import dev.sluice.codec.EventEncoder;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import dev.sluice.request.Refusal;
import dev.sluice.stream.RequestEvent.Ages;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What becomes of requests: how old they get, where their time goes, how they end and what they took. Any thread. */
final class RequestMeters {
    /** Within a second for a small model's image, and up to the hours that a large backlog takes. */
    private static final Duration[] AGES =
            seconds(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 1800, 3600, 14400);

    private final MeterRegistry registry;
    private final Set<String> models;
    private final Timer queueAge;

    /** Meters of what can happen to any request exist from the start, so that a rate over them has a beginning. */
    RequestMeters(MeterRegistry registry, Set<String> models) {
        this.registry = registry;
        this.models = Set.copyOf(models);
        queueAge = Timer.builder("sluice.queue.age")
                .description("From a request's publication until the worker took it from the topic")
                .serviceLevelObjectives(AGES)
                .register(registry);
        settled(EventEncoder.COMPLETED, 0);
        for (FailureCode code : FailureCode.values()) {
            settled(code.name(), 0);
        }
        models.forEach(this::timeToImage);
        for (Stage stage : Stage.values()) {
            timer(stage);
        }
    }

    /** Where a completed request's time went, in the order of its way. */
    enum Stage {
        QUEUED("queued"),
        WAITING("waiting"),
        SAMPLING("sampling"),
        ENCODING("encoding"),
        UPLOADING("uploading"),
        SETTLING("settling");

        private final String label;

        Stage(String label) {
            this.label = label;
        }
    }

    void taken(Duration age) {
        queueAge.record(age);
    }

    void stored(Duration encoding, Duration uploading) {
        timer(Stage.ENCODING).record(encoding);
        timer(Stage.UPLOADING).record(uploading);
    }

    void refused(Refusal refusal) {
        settled(refusal.code().name(), 1);
    }

    void settled(GenerationRequest request, Outcome outcome, Ages ages) {
        settled(EventEncoder.nameOf(outcome), 1);
        Timer.builder("sluice.request.age")
                .description("From acceptance to settlement")
                .tag(Labels.OUTCOME, EventEncoder.nameOf(outcome))
                .register(registry)
                .record(ages.sinceAccepted());
        if (outcome instanceof Outcome.Completed completed) {
            timeToImage(model(request)).record(ages.sincePublished());
            timer(Stage.QUEUED).record(ages.sincePublished().minus(ages.sinceAccepted()));
            timer(Stage.WAITING).record(completed.timings().waiting());
            timer(Stage.SAMPLING).record(completed.timings().sampling());
            timer(Stage.SETTLING).record(ages.sinceFinished());
        }
        count(request, outcome.spent());
    }

    private void settled(String outcome, double count) {
        count("sluice.requests.settled", "Requests by outcome", Tags.of(Labels.OUTCOME, outcome), count);
    }

    private void count(GenerationRequest request, Evaluations spent) {
        Tags model = Tags.of(Labels.MODEL, model(request));
        byKind(spent)
                .forEach((kind, rows) -> count(
                        "sluice.evaluations",
                        "What settled requests were evaluated for, and what was skipped",
                        model.and(Labels.KIND, kind),
                        rows.doubleValue()));
        count(
                "sluice.guidance.evaluations.saved",
                "Guidance evaluations that guiding at every step would have made",
                model.and(Labels.SCHEDULE, Labels.schedule(request.guidance())),
                (double) spent.skipped());
    }

    private void count(String name, String description, Tags tags, double amount) {
        Counter.builder(name)
                .description(description)
                .tags(tags)
                .register(registry)
                .increment(amount);
    }

    private static Map<String, Long> byKind(Evaluations evaluations) {
        Map<String, Long> kinds = new LinkedHashMap<>();
        kinds.put("conditional", evaluations.conditional());
        kinds.put("unconditional", evaluations.unconditional());
        kinds.put("guide", evaluations.guide());
        kinds.put("skipped", evaluations.skipped());
        kinds.put("text", evaluations.text());
        kinds.put("upsampler", evaluations.upsampler());
        kinds.put("decoder", evaluations.decoder());
        return kinds;
    }

    /** A request may name any model; only those that are served are labels. */
    private String model(GenerationRequest request) {
        return models.contains(request.model()) ? request.model() : Labels.OTHER;
    }

    private Timer timeToImage(String model) {
        return Timer.builder("sluice.time.to.image")
                .description("From a request's publication until its images were announced")
                .tag(Labels.MODEL, model)
                .serviceLevelObjectives(AGES)
                .register(registry);
    }

    private Timer timer(Stage stage) {
        return Timer.builder("sluice.stage")
                .description("Time of completed requests in each stage of their way")
                .tag(Labels.STAGE, stage.label)
                .serviceLevelObjectives(AGES)
                .register(registry);
    }

    private static Duration[] seconds(double... seconds) {
        Duration[] durations = new Duration[seconds.length];
        for (int i = 0; i < seconds.length; i++) {
            durations[i] = Duration.ofMillis((long) (seconds[i] * 1000));
        }
        return durations;
    }
}

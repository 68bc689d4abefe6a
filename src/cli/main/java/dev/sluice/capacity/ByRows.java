package dev.sluice.capacity;

import dev.sluice.engine.JobEnd;
import dev.sluice.engine.JobListener;
import dev.sluice.engine.simulation.SimulatedEngine;
import dev.sluice.engine.simulation.SimulatedModel;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Prompt;
import dev.sluice.request.RequestId;
import dev.sluice.request.SamplerSettings;
import dev.sluice.request.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The engine batch by batch, by its own loop. The loop is already at the end of its batch. What ended there is reported
 * once the caller's time has come that far.
 */
final class ByRows implements WorkerEngine {
    private static final double SCALE = 2;
    private static final Prompt PROMPT = new Prompt.Label(SimulatedEngine.LABEL);

    private final SimulatedEngine engine;
    private final Deque<Runnable> ends = new ArrayDeque<>();
    private final Map<Ask, Guidance> guidance = new HashMap<>();
    private long submitted;

    ByRows(List<SimulatedModel> models) {
        engine = new SimulatedEngine(models);
    }

    @Override
    public void submit(Ask ask, long publishedNanos, long nowNanos, Ended ended) {
        engine.submit(request(ask, publishedNanos), new End(ended), nowNanos);
    }

    @Override
    public long nextNanos() {
        return engine.idle() && ends.isEmpty() ? Long.MAX_VALUE : engine.nanos();
    }

    @Override
    public void passTo(long nanos) {
        if (nanos < engine.nanos()) {
            return;
        }
        for (Runnable end = ends.poll(); end != null; end = ends.poll()) {
            end.run();
        }
        if (!engine.idle()) {
            engine.tick();
        }
    }

    @Override
    public double waitingSeconds() {
        return engine.waitingSeconds();
    }

    @Override
    public long deviceNanos() {
        return engine.deviceNanos();
    }

    private GenerationRequest request(Ask ask, long publishedNanos) {
        return new GenerationRequest(
                new RequestId("r" + submitted++),
                new TenantId(ask.tenant()),
                ask.model(),
                PROMPT,
                ask.images(),
                0,
                0,
                SamplerSettings.ddim(ask.steps(), 0),
                guidance.computeIfAbsent(ask, ByRows::guidance),
                ask.priority(),
                ask.deadline().map(after -> deadline(publishedNanos, after)),
                Map.of());
    }

    private static Instant deadline(long publishedNanos, Duration after) {
        return Instant.EPOCH.plusNanos(publishedNanos).plus(after);
    }

    private static Guidance guidance(Ask ask) {
        GuidanceSchedule schedule = ask.guided() == ask.steps() || ask.guided() == 0
                ? new GuidanceSchedule.Full()
                : new GuidanceSchedule.Compress(ask.guided(), 1);
        GuidanceWeighting weighting = GuidanceWeighting.defaultFor(schedule);
        return switch (ask.method()) {
            case NONE -> new Guidance.None();
            case CLASSIFIER_FREE -> new Guidance.ClassifierFree(SCALE, schedule, weighting);
            case CLASSIFIER ->
                new Guidance.Classifier(SCALE, schedule, weighting, Guidance.DenoiserCondition.CONDITIONAL);
        };
    }

    private final class End implements JobListener {
        private final Ended ended;

        End(Ended ended) {
            this.ended = ended;
        }

        @Override
        public void progressed(int step) {}

        @Override
        public void ended(JobEnd end) {
            boolean expired = end instanceof JobEnd.Stopped;
            ends.add(() -> ended.ended(expired));
        }
    }
}

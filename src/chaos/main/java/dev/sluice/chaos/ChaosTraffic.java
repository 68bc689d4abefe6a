package dev.sluice.chaos;

import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.GuidanceMethod;
import dev.sluice.events.v1.GuidanceSpec;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.RequestPriority;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.events.v1.ScheduleKind;
import dev.sluice.events.v1.ScheduleSpec;
import dev.sluice.request.FailureCode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What upstream apps send, the careless ones among them: requests of every kind, twins, repeats, other content under an
 * old id, cancellations before, while and after, deadlines, invalid values and poison. The seed decides everything but
 * the deadlines' dates. Confined to one thread.
 */
final class ChaosTraffic {
    static final String COMPLETED = "COMPLETED";
    private static final List<String> FAULTS = Stream.of(FailureCode.values())
            .filter(FailureCode::retriable)
            .map(Enum::name)
            .toList();
    /** What a sound request may come to: its images, or a fault of the surroundings that outlasted the patience. */
    static final List<String> SOUND = with(COMPLETED);

    private static final Duration FAR_DEADLINE = Duration.ofMinutes(30);
    private static final int REPEATS = 100;
    /** One in so many requests is delivered {@value #REPEATS} times. */
    private static final int REPEATED_ONE_IN = 1000;

    private static final int TENANTS = 4;
    private static final int FEW_STEPS = 6;
    private static final List<SamplerKind> SAMPLERS = Stream.of(SamplerKind.values())
            .filter(kind -> kind != SamplerKind.UNKNOWN)
            .toList();

    private final SplittableRandom random;
    private final String prefix;
    private final String model;
    private final List<String> labels;
    private final Clock clock;
    private int sent;

    /** @param prefix of every id */
    ChaosTraffic(String prefix, long seed, String model, List<String> labels, Clock clock) {
        random = new SplittableRandom(seed);
        this.prefix = prefix;
        this.model = model;
        this.labels = labels;
        this.clock = clock;
    }

    /** What is published next, in this order; a group belongs together and has at least one request or poison. */
    List<Delivery> next() {
        int number = sent + 1;
        if (number % REPEATED_ONE_IN == REPEATED_ONE_IN / 10) {
            return repeated(REPEATS);
        }
        int share = random.nextInt(100);
        if (share < 58) {
            return List.of(Delivery.request(sound().build(), SOUND));
        }
        if (share < 66) {
            return twins();
        }
        if (share < 72) {
            return repeated(random.nextInt(2, 4));
        }
        if (share < 77) {
            return conflicting();
        }
        if (share < 86) {
            return cancelled();
        }
        if (share < 91) {
            return withDeadline();
        }
        return share < 95 ? invalid() : List.of(poison());
    }

    /** A request with nothing wrong about it. */
    GenerationRequested.Builder sound() {
        return request(random.nextInt(40) == 0 ? random.nextInt(20, 60) : random.nextInt(1, FEW_STEPS + 1));
    }

    /** A request that takes this many steps. */
    GenerationRequested.Builder request(int steps) {
        return GenerationRequested.newBuilder()
                .setRequestId(prefix + sent++)
                .setTenantId("tenant-" + random.nextInt(TENANTS))
                .setModel(model)
                .setPrompt(PromptSpec.newBuilder()
                        .setLabel(labels.get(random.nextInt(labels.size())))
                        .build())
                .setImages(random.nextInt(4) == 0 ? 2 : 1)
                .setSeed(random.nextInt(Integer.MAX_VALUE))
                .setSampler(sampler(steps))
                .setGuidance(guidance(steps))
                .setPriority(random.nextInt(3) == 0 ? RequestPriority.INTERACTIVE : RequestPriority.BATCH)
                .setTags(Map.of("suite", "chaos"));
    }

    private SamplerSpec sampler(int steps) {
        SamplerKind kind = SAMPLERS.get(random.nextInt(SAMPLERS.size()));
        return new SamplerSpec(kind, steps, kind == SamplerKind.DDIM ? 0.5 : 0.0);
    }

    /** Poison of every kind but the largest, which is rare. */
    Delivery poison() {
        Poison[] kinds = Poison.values();
        Poison kind = kinds[random.nextInt(kinds.length)];
        return poison(kind == Poison.LONG_STRING && random.nextInt(10) != 0 ? Poison.RANDOM_BYTES : kind);
    }

    Delivery poison(Poison kind) {
        return Delivery.poison(prefix + "poison-" + sent++, kind);
    }

    /** A record that takes this much memory, and can't be read. */
    Delivery zeros(int length) {
        return Delivery.zeros(prefix + "zeros-" + sent++, length);
    }

    /** Two requests that differ in their id and in nothing that makes an image. */
    List<Delivery> twins() {
        GenerationRequested first = sound().build();
        GenerationRequested second = GenerationRequested.newBuilder(first)
                .setRequestId(prefix + sent++)
                .build();
        String group = "twins-" + first.getRequestId();
        return List.of(Delivery.twin(first, SOUND, group), Delivery.twin(second, SOUND, group));
    }

    /** One request, delivered several times. */
    List<Delivery> repeated(int times) {
        Delivery first = Delivery.request(sound().build(), SOUND);
        List<Delivery> all = new ArrayList<>(List.of(first));
        for (int time = 1; time < times; time++) {
            all.add(first.again());
        }
        return all;
    }

    /** A request, and another one under its id. */
    List<Delivery> conflicting() {
        GenerationRequested first = sound().build();
        GenerationRequested second = GenerationRequested.newBuilder(first)
                .setSeed(first.getSeed() + 1)
                .build();
        return List.of(Delivery.request(first, SOUND), Delivery.conflicting(second));
    }

    /** A request and its cancellation, in either order; which of them a worker reads first is not the publisher's. */
    List<Delivery> cancelled() {
        GenerationRequested event = request(random.nextInt(1, 40)).build();
        List<String> either = with(COMPLETED, FailureCode.CANCELLED.name());
        Delivery request = Delivery.request(event, either);
        Delivery cancel = Delivery.cancel(event, either);
        return random.nextBoolean() ? List.of(request, cancel) : List.of(cancel, request);
    }

    private List<Delivery> withDeadline() {
        boolean far = random.nextBoolean();
        Duration left = far ? FAR_DEADLINE : Duration.ofMillis(random.nextInt(20, 2000));
        GenerationRequested event =
                sound().setDeadline(clock.instant().plus(left)).build();
        return List.of(Delivery.request(event, far ? SOUND : with(COMPLETED, FailureCode.DEADLINE_EXPIRED.name())));
    }

    /** One wrong value, and the code that it must get; an empty tenant can't even be charged, and is invalid too. */
    private List<Delivery> invalid() {
        return switch (random.nextInt(6)) {
            case 0 -> invalid(FailureCode.MODEL_UNKNOWN, event -> event.setModel("no-such-model"));
            case 1 ->
                invalid(
                        FailureCode.LABEL_UNKNOWN,
                        event -> event.setPrompt(PromptSpec.newBuilder()
                                .setLabel("no-such-label")
                                .build()));
            case 2 ->
                invalid(
                        FailureCode.STEPS_OUT_OF_RANGE,
                        event -> event.setSampler(new SamplerSpec(SamplerKind.DDIM, -1, 0.0)));
            case 3 -> invalid(FailureCode.IMAGES_OUT_OF_RANGE, event -> event.setImages(-1));
            case 4 ->
                invalid(
                        FailureCode.SCALE_INVALID,
                        event -> event.setGuidance(guidance(Double.NaN, ScheduleKind.FULL, 0)));
            default ->
                invalid(
                        FailureCode.SCHEDULE_INVALID,
                        event -> event.setGuidance(guidance(2, ScheduleKind.COMPRESS, 0)));
        };
    }

    private List<Delivery> invalid(FailureCode code, UnaryOperator<GenerationRequested.Builder> spoil) {
        return List.of(Delivery.request(spoil.apply(sound()).build(), List.of(code.name())));
    }

    private GuidanceSpec guidance(int steps) {
        int guided = random.nextInt(1, steps + 1);
        return switch (random.nextInt(5)) {
            case 0 -> GuidanceSpec.newBuilder().build();
            case 1 -> guidance(2.5, ScheduleKind.FULL, 0);
            case 2 -> guidance(3, ScheduleKind.EARLY_STOP, guided);
            case 3 ->
                GuidanceSpec.newBuilder(guidance(4, ScheduleKind.COMPRESS, guided))
                        .setMethod(GuidanceMethod.CLASSIFIER)
                        .build();
            default -> guidance(2, ScheduleKind.COMPRESS, guided);
        };
    }

    private static GuidanceSpec guidance(double scale, ScheduleKind kind, int guided) {
        return GuidanceSpec.newBuilder()
                .setMethod(GuidanceMethod.CLASSIFIER_FREE)
                .setScale(scale)
                .setSchedule(ScheduleSpec.newBuilder()
                        .setKind(kind)
                        .setGuided(guided)
                        .build())
                .build();
    }

    private static List<String> with(String... outcomes) {
        return Stream.concat(Stream.of(outcomes), FAULTS.stream()).toList();
    }
}

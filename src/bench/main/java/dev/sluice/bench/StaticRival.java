package dev.sluice.bench;

import dev.sluice.request.GenerationRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The static-batch server in its turns against the engine. Where it can't be had, or fails on the way, its turns are
 * empty and there is no figure, but a reason.
 */
final class StaticRival implements AutoCloseable {
    private final StaticSlices slices;
    private final @Nullable StaticServer server;
    private final List<Double> ratios = new ArrayList<>();
    private @Nullable String failure;
    private StaticServer.Answer total = StaticServer.Answer.NOTHING;
    private StaticServer.Answer turn = StaticServer.Answer.NOTHING;

    private StaticRival(StaticSlices slices, @Nullable StaticServer server, @Nullable String failure) {
        this.slices = slices;
        this.server = server;
        this.failure = failure;
    }

    /** Starts the server, where there is one. */
    static StaticRival of(StaticOption option, StaticSlices slices) {
        return switch (option) {
            case StaticOption.Absent(String why) -> new StaticRival(slices, null, why);
            case StaticOption.Command command -> {
                try {
                    yield new StaticRival(slices, new StaticServer(command), null);
                } catch (IOException e) {
                    yield new StaticRival(slices, null, e.getMessage());
                }
            }
        };
    }

    void run(List<GenerationRequest> slice) {
        if (server == null || failure != null) {
            return;
        }
        try {
            turn = server.run(slices.asJson(slice));
            total = total.plus(turn);
        } catch (IOException e) {
            failure = e.getMessage();
        }
    }

    /** Sets its last turn against the engine's of the same round: time per unit of work over time per unit of work. */
    void judge(RowCosts costs, Turn engine) {
        if (failure == null) {
            double efficiency = costs.boundNanos(turn.rows()) / (1e9 * turn.seconds());
            ratios.add(costs.efficiency(engine) / efficiency);
        }
    }

    /**
     * How many times as many images per second the engine made, over the whole traffic.
     *
     * @param planned rows of the traffic; both sides must have evaluated just these
     */
    Figure figure(EvaluatedRows planned, Turn engine) {
        String why = failure;
        if (why != null) {
            return new Figure.NotMeasured(why);
        }
        if (!total.rows().equals(planned)) {
            return new Figure.NotMeasured(
                    "the plans come to " + planned + ", the static server evaluated " + total.rows());
        }
        double engineSeconds = engine.nanos() / 1e9;
        return new Figure.Measured(
                total.seconds() / engineSeconds,
                Spread.of(ratios),
                Optional.of(Numbers.brief(total.images() / engineSeconds) + " images/s against "
                        + Numbers.brief(total.images() / total.seconds()) + ", the static server's denoiser calls "
                        + Numbers.brief((double) total.denoiserRows() / total.denoiserCalls())
                        + " rows on average"));
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}

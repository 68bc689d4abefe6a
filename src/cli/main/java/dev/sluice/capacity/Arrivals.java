package dev.sluice.capacity;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * Requests of a mix that come at a rate: independently of each other, as many users' do, so that the time between two is
 * exponential. The same seed makes the same trace.
 */
public final class Arrivals {
    private Arrivals() {}

    /**
     * One part of a mix.
     *
     * @param share of the requests, against the other parts' shares
     */
    public record Part(double share, Ask ask) {
        public Part {
            if (!(share > 0 && Double.isFinite(share))) {
                throw new IllegalArgumentException("share must be above 0, not " + share);
            }
        }
    }

    /**
     * Draws a trace.
     *
     * @param perSecond requests, on average
     */
    public static Trace draw(double perSecond, List<Part> mix, Duration span, long seed) {
        Random random = new Random(seed);
        Trace.Builder trace = new Trace.Builder();
        double total = mix.stream().mapToDouble(Part::share).sum();
        List<Double> upTo = new ArrayList<>();
        double sum = 0;
        for (Part part : mix) {
            sum += part.share() / total;
            upTo.add(sum);
        }
        double seconds = 0;
        while (true) {
            seconds -= Math.log(1 - random.nextDouble()) / perSecond;
            if (seconds * 1e9 >= span.toNanos()) {
                return trace.build(0, span.toNanos());
            }
            double drawn = random.nextDouble();
            int part = 0;
            while (part < mix.size() - 1 && drawn >= upTo.get(part)) {
                part++;
            }
            trace.add(Math.round(seconds * 1e9), mix.get(part).ask(), OptionalDouble.empty());
        }
    }
}

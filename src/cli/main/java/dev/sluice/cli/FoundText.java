package dev.sluice.cli;

import dev.sluice.cli.FoundImages.FoundImage;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.EvaluationCounts;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.PlanAsRun;
import dev.sluice.lookup.Found;
import dev.sluice.lookup.Standing;
import dev.sluice.pricing.Price;
import dev.sluice.request.DurationText;
import dev.sluice.request.Printable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What {@code sluice get} prints of a request for people: a line with its state, and its details below. */
final class FoundText {
    private FoundText() {}

    static List<String> of(Found found, FoundImages images) {
        List<String> lines = new ArrayList<>();
        lines.add(Printable.line(found.requestId()) + "  " + headline(found.standing()));
        if (found.standing() instanceof Standing.Completed(GenerationCompleted outcome, Instant at)) {
            describe(outcome, lines);
        }
        found.charges().forEach(charge -> lines.add("  cost    " + describe(charge)));
        if (found.charges().isEmpty() && found.standing() instanceof Standing.Completed) {
            lines.add("  cost    no charge was found");
        }
        images.images().forEach(image -> describe(image, lines));
        found.letter().ifPresent(letter -> lines.add("  another record of this id is a " + headline(letter)));
        return lines;
    }

    private static String headline(Standing standing) {
        return switch (standing) {
            case Standing.Completed(GenerationCompleted outcome, Instant at) ->
                "completed at " + at + " by " + Printable.line(outcome.getWorker());
            case Standing.Failed(GenerationFailed outcome, Instant at) ->
                FoundState.of(standing) == FoundState.CANCELLED
                        ? "cancelled at " + at + ": " + Printable.line(outcome.getMessage())
                        : "failed at " + at + ": " + outcome.getCode()
                                + (outcome.getField() == null ? "" : " (" + Printable.line(outcome.getField()) + ")")
                                + ": " + Printable.line(outcome.getMessage());
            case Standing.UnderWay(GenerationProgressed progress, Instant at) ->
                "still under way, " + progress.getStep() + " of " + progress.getSteps() + " steps at " + at + " by "
                        + Printable.line(progress.getWorker())
                        + (progress.getExpectedAt() == null ? "" : ", done about " + progress.getExpectedAt());
            case Standing.DeadLetter(var letter, boolean sentBack) ->
                "dead letter " + letter.id() + ", because " + Printable.line(letter.reason()) + ": "
                        + Printable.line(letter.message()) + (sentBack ? " It was sent back since." : "");
            case Standing.Waiting(Instant publishedAt) ->
                "waiting: published at " + publishedAt + ", and no worker has reported on it yet";
            case Standing.Unknown none -> "unknown: no record that was read is about it";
        };
    }

    private static void describe(GenerationCompleted outcome, List<String> lines) {
        lines.add("  tenant  " + Printable.line(outcome.getTenantId()));
        lines.add("  model   " + Printable.line(outcome.getBundle().getName()) + " "
                + Printable.line(outcome.getBundle().getVersion()));
        lines.add("  plan    " + plan(outcome.getPlan()));
        method(outcome.getPlan()).ifPresent(method -> lines.add("          " + method));
        lines.add("  rows    " + rows(outcome.getEvaluations()));
        lines.add("  time    waited " + nanos(outcome.getTimings().getWaitingNanos()) + ", sampled "
                + nanos(outcome.getTimings().getSamplingNanos()) + ", stored "
                + nanos(outcome.getTimings().getStoringNanos()));
    }

    /** Empty where the outcome is of a release that did not say. */
    private static Optional<String> method(PlanAsRun plan) {
        if (plan.getSampler().isEmpty()) {
            return Optional.empty();
        }
        String sampler = word(plan.getSampler()) + (plan.getEta() == 0 ? "" : " with eta " + number(plan.getEta()));
        return Optional.of(
                plan.getGuidance().equals("NONE")
                        ? sampler + ", no guidance"
                        : sampler + ", " + word(plan.getGuidance()) + " guidance at scale " + number(plan.getScale())
                                + ", schedule " + word(plan.getSchedule()) + ", weighting "
                                + word(plan.getWeighting()));
    }

    /** The word as it is typed in an option. */
    private static String word(String symbol) {
        return Printable.line(symbol.toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    private static String plan(PlanAsRun plan) {
        List<Integer> guided = plan.getGuidedTimesteps();
        if (guided.isEmpty()) {
            return plan.getSteps() + " steps, none guided";
        }
        double least = plan.getWeights().stream()
                .mapToDouble(Double::doubleValue)
                .min()
                .orElse(1);
        double most = plan.getWeights().stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        return plan.getSteps() + " steps, " + guided.size() + " guided: timesteps " + guided.getFirst() + " to "
                + guided.getLast() + " by weights "
                + (least == most ? number(least) : number(least) + " to " + number(most));
    }

    private static String rows(EvaluationCounts counts) {
        return String.join(
                ", ",
                Stream.of(
                                count(counts.getConditional(), "conditional"),
                                count(counts.getUnconditional(), "unconditional"),
                                count(counts.getGuide(), "guide"),
                                count(counts.getText(), "text"),
                                count(counts.getUpsampling(), "upsampling"),
                                count(counts.getDecoding(), "decoding"),
                                count(counts.getSkipped(), "skipped"))
                        .filter(text -> !text.isEmpty())
                        .toList());
    }

    private static String count(long rows, String of) {
        return rows == 0 ? "" : rows + " " + of;
    }

    private static String describe(CostIncurred charge) {
        return plain(charge.getListCost()) + " " + Printable.line(charge.getBillingCurrency()) + " for "
                + plain(Price.seconds(charge.getDeviceNanos())) + " device seconds"
                + (charge.getListUnitPrice().signum() == 0 ? ", at a price of 0" : "");
    }

    private static void describe(FoundImage image, List<String> lines) {
        lines.add("  image " + image.image().getIndex() + " " + Printable.line(image.uri()));
        lines.add("          " + image.image().getSizeBytes() + " bytes, sha256 "
                + Printable.line(image.image().getSha256()));
        image.link().ifPresent(link -> {
            lines.add("          open to whoever has this link, until " + link.expiresAt() + ":");
            lines.add("          " + link.url());
        });
        image.file().ifPresent(file -> lines.add("          saved " + Printable.line(file.toString())));
    }

    private static String nanos(long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        return DurationText.of(Duration.ofMillis(duration.toMillis()));
    }

    private static String number(double value) {
        return plain(new BigDecimal(value).round(new MathContext(3)));
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}

package dev.sluice.bench;

import java.util.List;

/**
 * What a row costs in a bare loop of full batches, which is the least that it can cost at that batch size.
 *
 * @param denoiserNanos D, one denoiser row
 * @param guideNanos C, one guide row, forward and gradient; 0 where there is no guide
 */
record RowCosts(double denoiserNanos, double guideNanos) {
    /** The time below which these rows can't be evaluated. */
    double boundNanos(EvaluatedRows rows) {
        return rows.denoiser() * denoiserNanos + rows.guide() * guideNanos;
    }

    /** The share of a turn's time that its rows account for: 1 is the speed of the bare loop. */
    double efficiency(Turn turn) {
        return boundNanos(turn.rows()) / turn.nanos();
    }

    /** The costs between two measurements, for whatever ran between them. */
    static RowCosts between(RowCosts before, RowCosts after) {
        return new RowCosts(
                (before.denoiserNanos + after.denoiserNanos) / 2, (before.guideNanos + after.guideNanos) / 2);
    }

    static RowCosts mean(List<RowCosts> costs) {
        return new RowCosts(
                costs.stream().mapToDouble(RowCosts::denoiserNanos).average().orElseThrow(),
                costs.stream().mapToDouble(RowCosts::guideNanos).average().orElseThrow());
    }
}

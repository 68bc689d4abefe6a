package dev.sluice.bench;

/** How often each network is evaluated, in rows: counted at the modules' doors, or added up from plans. */
record EvaluatedRows(long denoiser, long guide) {
    static final EvaluatedRows NONE = new EvaluatedRows(0, 0);

    EvaluatedRows plus(EvaluatedRows other) {
        return new EvaluatedRows(denoiser + other.denoiser, guide + other.guide);
    }
}

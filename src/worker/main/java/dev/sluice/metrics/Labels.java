package dev.sluice.metrics;

import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;

/** Names of the meters' labels, and the values that are not somebody else's words. */
final class Labels {
    static final String MODEL = "model";
    static final String NETWORK = "network";
    static final String OUTCOME = "outcome";
    static final String STAGE = "stage";
    static final String KIND = "kind";
    static final String METHOD = "method";
    static final String SCHEDULE = "schedule";
    static final String CLASSIFIER = "classifier";
    static final String REASON = "reason";
    static final String STORE = "store";
    static final String TENANT = "tenant";
    static final String SKU = "sku";
    static final String CURRENCY = "currency";

    /** Stands for every value that is not among the bounded ones. */
    static final String OTHER = "other";

    private static final String NONE = "none";

    private Labels() {}

    static String method(Guidance guidance) {
        return switch (guidance) {
            case Guidance.None none -> NONE;
            case Guidance.Classifier classifier -> "classifier";
            case Guidance.ClassifierFree free -> "classifier_free";
        };
    }

    static String schedule(Guidance guidance) {
        return switch (guidance) {
            case Guidance.None none -> NONE;
            case Guidance.Classifier classifier -> kind(classifier.schedule());
            case Guidance.ClassifierFree free -> kind(free.schedule());
        };
    }

    private static String kind(GuidanceSchedule schedule) {
        return switch (schedule) {
            case GuidanceSchedule.Full full -> "full";
            case GuidanceSchedule.Compress compress -> "compress";
            case GuidanceSchedule.EarlyStop early -> "early_stop";
            case GuidanceSchedule.Uniform uniform -> "uniform";
            case GuidanceSchedule.EveryNth nth -> "every_nth";
            case GuidanceSchedule.Interval interval -> "interval";
            case GuidanceSchedule.Explicit explicit -> "explicit";
        };
    }
}

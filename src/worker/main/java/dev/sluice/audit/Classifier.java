package dev.sluice.audit;

/** Which of a bundle's two classifiers judged. */
public enum Classifier {
    /** The one that guides, to whose liking images may have been made. */
    ON_SAMPLING,
    /** The auditor, which never guides. */
    OFF_SAMPLING
}

package dev.sluice.chaos.checker;

/** A promise that can be seen broken from outside. */
public enum Violation {
    /** A request that was published has no outcome. */
    LOST("requests without an outcome"),
    /** A request has more than one outcome. */
    DOUBLED("outcomes beyond a request's first"),
    UNEXPECTED_OUTCOME("outcomes that their request doesn't allow"),
    /** Completion, failure, charge or progress of a request that was never published, or that was poison. */
    ORPHAN_EVENT("events of requests that nobody made"),
    /** A record of an event topic that its contract doesn't explain. */
    UNREADABLE_EVENT("events that can't be read"),
    WRONG_IMAGE_COUNT("completions with other images than were asked for"),
    MISSING_OBJECT("images named by a completion that don't exist"),
    WRONG_CHECKSUM("images with other bytes than their completion says"),
    NOT_PNG("images that are no whole PNG"),
    /** Requests of equal settings and seed differ in a pixel. */
    TWINS_DIFFER("images that should have been their twin's equal"),
    UNCHARGED("completions without a charge"),
    DOUBLE_CHARGE("charges under a costId that was used before, or beyond a request's first"),
    CHARGE_WITHOUT_OUTCOME("charges of requests without an outcome"),
    WRONG_CHARGE("charges to another tenant, or for another outcome"),
    NEGATIVE_TIME("charges and completions with a negative duration or cost"),
    DEAD_LETTER_MISSING("records that should have become dead letters"),
    DEAD_LETTER_DOUBLED("dead letters of a record that had become one"),
    DEAD_LETTER_UNEXPECTED("dead letters of records that should have been answered"),
    DEAD_LETTER_UNEXPLAINED("dead letters without the headers that say why and where from"),
    DEVICE_TIME("processes whose charges don't add up to their device time");

    private final String meaning;

    Violation(String meaning) {
        this.meaning = meaning;
    }

    /** What is counted, for people. */
    public String meaning() {
        return meaning;
    }
}

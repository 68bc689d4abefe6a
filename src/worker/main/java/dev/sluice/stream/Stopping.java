package dev.sluice.stream;

/** How far the worker's stop has come. Set by the thread that stops it, read by stream threads. */
final class Stopping {
    /** The stages of a stop, in order. */
    enum Stage {
        NOT_YET,
        /** Nothing new is taken on; what is inside goes on. */
        DRAINING,
        /** What is still inside is left to the next owner. */
        HANDING_OVER
    }

    private volatile Stage stage = Stage.NOT_YET;

    void reach(Stage next) {
        stage = next;
    }

    boolean begun() {
        return stage != Stage.NOT_YET;
    }

    boolean handsOver() {
        return stage == Stage.HANDING_OVER;
    }
}

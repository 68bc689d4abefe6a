package dev.sluice.chaos;

import java.util.SplittableRandom;

/** Something that goes wrong, and is over when {@link #strike} returns; what was broken works again by then. */
interface Fault {
    String name();

    /**
     * Strikes once.
     *
     * @return whether it hit: a worker may never come to the point where it was to be killed
     */
    boolean strike(Arena arena, SplittableRandom random) throws InterruptedException;

    /** What a fault does. */
    @FunctionalInterface
    interface Blow {
        boolean strike(Arena arena, SplittableRandom random) throws InterruptedException;
    }

    static Fault of(String name, Blow blow) {
        return new Fault() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean strike(Arena arena, SplittableRandom random) throws InterruptedException {
                return blow.strike(arena, random);
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }
}

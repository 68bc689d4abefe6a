package dev.sluice.chaos;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Lets a fault strike while somebody goes on asking. */
final class Strikes {
    private static final Duration PAUSE = Duration.ofMillis(700);

    private Strikes() {}

    interface Strike {
        boolean strike() throws InterruptedException;
    }

    /** Strikes on the calling thread; another one asks again and again meanwhile, and is done when this returns. */
    static boolean whileAsking(Strike fault, Runnable asks) throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        Thread asking = Thread.ofPlatform().name("asking").start(() -> {
            while (!over.get()) {
                asks.run();
                try {
                    Thread.sleep(PAUSE);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        try {
            return fault.strike();
        } finally {
            over.set(true);
            asking.join();
        }
    }
}

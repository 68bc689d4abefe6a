package dev.sluice.chaos;

import dev.sluice.chaos.surroundings.BrokerProcess;
import dev.sluice.chaos.surroundings.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Faults of the broker, and of the network before it. */
final class BrokerFaults {
    private static final Duration SLOW = Duration.ofMillis(150);
    private static final int LONGEST_DOWN_MILLIS = 4000;

    private BrokerFaults() {}

    static List<Fault> all() {
        return List.of(
                Fault.of("broker-killed", (arena, random) -> {
                    BrokerProcess broker = arena.around().broker();
                    broker.kill();
                    Thread.sleep(random.nextInt(LONGEST_DOWN_MILLIS));
                    broker.start();
                    return true;
                }),
                Fault.of("broker-restarted", (arena, random) -> {
                    BrokerProcess broker = arena.around().broker();
                    broker.stop();
                    Thread.sleep(random.nextInt(LONGEST_DOWN_MILLIS));
                    broker.start();
                    return true;
                }),
                Fault.of("broker-unreachable", (arena, random) -> {
                    proxy(arena).cut();
                    return during(arena.tempo().outage(), arena);
                }),
                Fault.of("broker-half-open", (arena, random) -> {
                    proxy(arena).freeze();
                    return during(arena.tempo().outage(), arena);
                }),
                Fault.of("broker-slow", BrokerFaults::slow));
    }

    private static boolean slow(Arena arena, SplittableRandom random) throws InterruptedException {
        proxy(arena).delay(SLOW);
        return during(arena.tempo().outage(), arena);
    }

    private static boolean during(Duration outage, Arena arena) throws InterruptedException {
        try {
            Thread.sleep(outage);
        } finally {
            proxy(arena).heal();
        }
        return true;
    }

    private static TcpProxy proxy(Arena arena) {
        return arena.around().broker().proxy();
    }
}

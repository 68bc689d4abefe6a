package dev.sluice.chaos;

import java.util.List;
import java.util.SplittableRandom;

/** Faults of publishers. */
final class PublisherFaults {
    private static final int GROUPS = 8;
    /** Fits into a worker's heap here once. */
    private static final int GIANT = 160 << 20;

    private PublisherFaults() {}

    static List<Fault> all() {
        return List.of(
                Fault.of("foreign-partitioner", (arena, random) -> foreignPartitioner(arena)),
                Fault.of("compressed-giant", PublisherFaults::compressedGiant));
    }

    /**
     * For a while records go to the partition that CRC32 gives; of some requests only the repetition or the
     * cancellation does.
     */
    private static boolean foreignPartitioner(Arena arena) throws InterruptedException {
        Publisher publisher = arena.publisher();
        try {
            for (int group = 0; group < GROUPS; group++) {
                boolean first = group % 2 == 0;
                for (List<Delivery> pair :
                        List.of(arena.traffic().repeated(2), arena.traffic().cancelled())) {
                    publisher.actForeign(first);
                    publisher.publish(pair.getFirst());
                    publisher.actForeign(!first);
                    publisher.publish(pair.getLast());
                }
            }
            publisher.actForeign(true);
            Thread.sleep(arena.tempo().outage());
        } finally {
            publisher.actForeign(false);
        }
        return true;
    }

    /** Two in a row, in one partition. */
    private static boolean compressedGiant(Arena arena, SplittableRandom random) {
        arena.publisher()
                .publishZeros(
                        List.of(arena.traffic().zeros(GIANT), arena.traffic().zeros(GIANT)));
        return true;
    }
}

package dev.sluice.chaos.checker;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that could be seen of a run from outside, reduced to what is judged: a few hundred bytes for each request, and no
 * image. Times are the broker's, in milliseconds since the epoch, but for a publication's.
 *
 * @param publications in the order of publication
 * @param outcomes completions and failures, in the order of their topic's partitions
 * @param charges of requests and of overhead
 * @param lastProgressMillis when progress was last told, by request
 * @param objects what lies in the store, by the image that a completion names; empty where nothing does
 * @param meters device time by incarnation; empty where nobody read the meters
 * @param unreadable events that could not be decoded: topic, partition and offset
 */
record History(
        List<Publication> publications,
        List<Outcome> outcomes,
        List<Charge> charges,
        Map<String, Long> lastProgressMillis,
        List<DeadLetter> deadLetters,
        Map<Image, Optional<StoredObject>> objects,
        Optional<List<MeterReading>> meters,
        List<String> unreadable) {

    /**
     * An event that ends a request.
     *
     * @param name COMPLETED or the failure's code
     * @param images that a completion names; none for a failure
     * @param negativeTime whether a duration is negative, or the end before the start
     */
    record Outcome(String requestId, String name, long atMillis, List<Image> images, boolean negativeTime) {}

    /**
     * An image as its completion names it.
     *
     * @param calls the sizes of the batches that made it; equal bits are promised for equal ones; empty where they
     *     varied
     */
    record Image(
            String requestId,
            int index,
            String bucket,
            String key,
            String sha256,
            long sizeBytes,
            Optional<String> calls) {}

    /**
     * An object as it was read.
     *
     * @param sha256 of its bytes, lower-case hex
     * @param pixels digest of its size and pixels; empty where the bytes are no whole PNG
     */
    record StoredObject(String sha256, long sizeBytes, Optional<String> pixels) {}

    /**
     * An event that charges for device time.
     *
     * @param requestId empty for overhead
     * @param tenant empty for overhead
     * @param process incarnation of the worker whose device was used
     * @param negative whether its period ends before it starts, or a part of its time or its cost is below 0
     */
    record Charge(
            String costId,
            Optional<String> requestId,
            Optional<String> tenant,
            String outcome,
            String process,
            long deviceNanos,
            boolean negative) {}

    /**
     * A dead letter.
     *
     * @param source where the record was read that became it: topic, partition and offset; empty where its headers don't
     *     say
     * @param explained whether its headers name the exception and the source
     */
    record DeadLetter(String key, Optional<String> source, boolean explained) {}
}

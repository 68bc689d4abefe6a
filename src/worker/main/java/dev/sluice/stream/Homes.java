package dev.sluice.stream;

/** What routing has to know of the topics of requests and cancellations. Asked by stream threads. */
interface Homes {
    /**
     * Among how many partitions ids are spread: those that the request stores have, whatever partitions were added to the topics
     * since. The same for as long as a worker lives.
     *
     * @throws org.apache.kafka.common.KafkaException if nobody says now
     */
    int partitions();

    /**
     * The largest record in bytes that can be written to the topic, be it the producer or the topic that limits it.
     *
     * @throws org.apache.kafka.common.KafkaException if nobody says now
     */
    long largestRecord(String topic);
}

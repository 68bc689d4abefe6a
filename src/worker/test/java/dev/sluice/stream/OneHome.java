package dev.sluice.stream;

/** Topics of one partition, as the test driver's are: every key is at home. */
record OneHome() implements Homes {
    @Override
    public int partitions() {
        return 1;
    }

    @Override
    public long largestRecord(String topic) {
        return 1 << 20;
    }
}

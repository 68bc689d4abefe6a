package dev.sluice.app;

/** Loopback ports of a standalone stack; 0 for a free one. */
record StandalonePorts(int kafka, int registry, int s3, int http) {
    static final StandalonePorts DEFAULT = new StandalonePorts(9092, 8081, 9000, 8080);
    static final StandalonePorts FREE = new StandalonePorts(0, 0, 0, 0);
}

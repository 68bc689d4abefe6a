package dev.sluice.app;

/** Loopback ports of a standalone stack; 0 for a free one. */
record StandalonePorts(int kafka, int registry, int s3, int http) {
    static final StandalonePorts FREE = new StandalonePorts(0, 0, 0, 0);
}

package dev.sluice.worker;

import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What others see of a worker, from before it has read a bundle until it is gone: how far its start is, its probes, and its
 * metrics. Any thread.
 */
final class Monitoring implements AutoCloseable {
    private final StartReport report;
    private final Probes probes;
    private final HttpEndpoint http;

    /** Answers from now on that the worker is starting. */
    Monitoring(StartReport report, InetSocketAddress address) {
        this.report = report;
        probes = new Probes(report::inWords);
        http = new HttpEndpoint(address, probes);
    }

    StartReport report() {
        return report;
    }

    /** Whether requests are taken from the topic. */
    boolean ready() {
        return probes.ready().yes();
    }

    int port() {
        return http.port();
    }

    void serveMetrics(Supplier<String> scrape) {
        http.serveMetrics(scrape);
    }

    /** Every bundle is verified and loaded and has run its first batch. */
    void warm(Probes.Health health) {
        probes.warm(health);
    }

    /** The worker joins its group, the last step of its start; it is over when this holds. */
    void joining(String group, BooleanSupplier over) {
        report.last(StartReport.Step.JOINING, "group " + group, over);
    }

    /** The worker takes nothing new. */
    void stopping() {
        report.close();
        probes.stopping();
    }

    @Override
    public void close() {
        report.close();
        http.close();
    }
}

package dev.sluice.worker;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * What the configuration says of how a worker is watched.
 *
 * @param http where probes and metrics are served
 * @param tracesEndpoint of OTLP over HTTP; empty where no traces are sent
 * @param longestBatch time for one batch after which the worker counts as dead
 */
public record MonitoringOptions(
        InetSocketAddress http, MetricsOptions metrics, Optional<URI> tracesEndpoint, Duration longestBatch) {}

package dev.sluice.worker;

/**
 * What the configuration says of metrics.
 *
 * @param tenants that have labels of their own
 * @param auditShare share of the requests whose finished images are judged by the bundle's classifiers, in [0, 1]
 */
public record MetricsOptions(int tenants, double auditShare) {}

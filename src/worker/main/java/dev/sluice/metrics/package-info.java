/**
 * What a worker tells of itself in numbers. Engine, stores and stream keep counts of their own, which are read whenever
 * somebody asks; requests and charges come in as {@link dev.sluice.stream.RequestEvent}. All of it goes into one Micrometer
 * registry, which {@code worker} serves. Labels carry
 * models, networks, outcomes and a bounded number of tenants, never an id. The table of all meters is docs/metrics.md.
 */
@NullMarked
package dev.sluice.metrics;

import org.jspecify.annotations.NullMarked;

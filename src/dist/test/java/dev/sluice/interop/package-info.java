/**
 * Sluice with parts that others make: a broker of an older release, a store, clients in other languages. {@code ./mvnw -Pinterop
 * verify} fetches them from the package registries into {@code target/interop}, starts them on loopback, each in a process of its
 * own, and ends them. What can't be fetched is skipped, by its name. No part of the usual {@code verify}.
 */
@NullMarked
package dev.sluice.interop;

import org.jspecify.annotations.NullMarked;

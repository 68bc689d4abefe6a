/**
 * What has become of requests, read off Kafka for {@code sluice get}: {@link dev.sluice.lookup.Lookup} reads the topics from
 * their newest records back until it knows, and gives a {@link dev.sluice.lookup.Found} for each id. Nothing that serves sees
 * this package.
 */
@NullMarked
package dev.sluice.lookup;

import org.jspecify.annotations.NullMarked;

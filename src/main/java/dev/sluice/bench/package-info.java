/**
 * Measures what the rest promises. Requests come from a publisher in here and go the whole way, through real brokers and
 * the real worker, with a model or a store that costs nothing where another part is to be measured; figures come out as
 * records, for whoever prints them.
 */
@NullMarked
package dev.sluice.bench;

import org.jspecify.annotations.NullMarked;

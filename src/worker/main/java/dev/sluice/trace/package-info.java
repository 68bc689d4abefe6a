/**
 * Spans of OpenTelemetry. What the stream says of each request ({@link dev.sluice.stream.RequestEvent}) and the engine of
 * each batch ({@link dev.sluice.engine.BatchObserver}) comes in; spans go out, to a collector, on a thread that nobody waits
 * for. Nothing else sees this package but the program that puts it in.
 */
@NullMarked
package dev.sluice.trace;

import org.jspecify.annotations.NullMarked;

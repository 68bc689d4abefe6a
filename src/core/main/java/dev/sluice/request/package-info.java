/**
 * The vocabulary: what is asked for ({@link dev.sluice.request.GenerationRequest}), how it is guided ({@link
 * dev.sluice.request.Guidance}), what became of it ({@link dev.sluice.request.Outcome}) and what it used ({@link
 * dev.sluice.request.DeviceUsage}).
 *
 * <p>Values come in from {@code wire} and travel unchanged through {@code stream}, {@code engine} and {@code storage}.
 * Every type is immutable and valid once constructed; an illegal value is an {@link
 * dev.sluice.request.InvalidFieldException} that names the field. Depends on the JDK alone.
 */
@NullMarked
package dev.sluice.request;

import org.jspecify.annotations.NullMarked;

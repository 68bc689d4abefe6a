/**
 * The engine without a device, for capacity plans: row by row with the real loop and scheduler, or image by image with the
 * scheduler's fair shares and priorities alone. Nothing that serves requests sees this package.
 */
@NullMarked
package dev.sluice.engine.simulation;

import org.jspecify.annotations.NullMarked;

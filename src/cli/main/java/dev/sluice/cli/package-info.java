/**
 * The program: commands, configuration, and the one place where the parts are put together. Nothing else sees this
 * package.
 */
@NullMarked
package dev.sluice.cli;

import org.jspecify.annotations.NullMarked;

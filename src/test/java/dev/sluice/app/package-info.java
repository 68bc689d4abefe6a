/** Tests of the commands and the configuration. */
@NullMarked
package dev.sluice.app;

import org.jspecify.annotations.NullMarked;

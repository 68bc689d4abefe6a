/**
 * Holds what installs Sluice (image, compose file, chart) against the schemas of those who will read it, and against the
 * application itself. No Docker and no cluster are needed.
 */
@NullMarked
package dev.sluice.deployment;

import org.jspecify.annotations.NullMarked;

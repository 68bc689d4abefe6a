/**
 * Which rows go into the next batch. Knows rows, tenants, priorities and sizes, and nothing of images or devices. The loop
 * brings rows in and takes batches out. Public is what the loop and the simulation use.
 */
@NullMarked
package dev.sluice.engine.scheduling;

import org.jspecify.annotations.NullMarked;

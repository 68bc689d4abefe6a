/**
 * Which rows go into the next batch. Knows rows, tenants, priorities and sizes, and nothing of images or devices. The loop
 * brings rows in and takes batches out.
 */
@NullMarked
package dev.sluice.engine.scheduling;

import org.jspecify.annotations.NullMarked;

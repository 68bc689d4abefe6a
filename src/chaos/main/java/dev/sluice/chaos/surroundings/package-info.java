/**
 * What workers need around them, real and breakable: a broker in a process of its own, a registry and S3 in this one, and in
 * front of each a proxy that delays, cuts, freezes or damages what passes. Knows nothing of workers.
 */
@NullMarked
package dev.sluice.chaos.surroundings;

import org.jspecify.annotations.NullMarked;

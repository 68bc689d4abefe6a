/**
 * For upstream teams: {@link dev.sluice.client.GenerationClient} publishes requests, awaits their outcomes and takes them
 * back. Requests go out through a {@link dev.sluice.client.GenerationPublisher}, outcomes come in through one consumer for
 * all. Nothing here is used while serving.
 */
@NullMarked
package dev.sluice.client;

import org.jspecify.annotations.NullMarked;

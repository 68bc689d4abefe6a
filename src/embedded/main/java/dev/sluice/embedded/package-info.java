/**
 * Real servers for use in one process: a Kafka broker, a schema registry and an S3 server. What they are sent by ordinary
 * clients over the loopback interface goes into folders of their own, from which a later start takes it up again.
 *
 * <p>Knows nothing of requests and images. {@code app} and the integration tests start these; a worker that is given
 * addresses of real services starts none of them.
 */
@NullMarked
package dev.sluice.embedded;

import org.jspecify.annotations.NullMarked;

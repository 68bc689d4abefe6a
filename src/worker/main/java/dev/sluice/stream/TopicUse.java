package dev.sluice.stream;

import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;

/**
 * What a worker does with a topic, and so what the topic must let it do.
 *
 * @param needs operations beside Describe
 * @param lostToCompaction what is gone where only the last record of a key is kept; nothing where that does no harm
 * @param largest record that a worker may write, in bytes
 */
record TopicUse(String topic, Set<AclOperation> needs, Optional<String> lostToCompaction, int largest) {
    private static final Set<AclOperation> WRITE = Set.of(AclOperation.WRITE);
    private static final Set<AclOperation> BOTH = Set.of(AclOperation.READ, AclOperation.WRITE);

    /** Key, headers and stack trace of a dead letter, see {@link DeadLetters}. */
    private static final int LETTER_ENVELOPE_BYTES = 96 << 10;

    private static final int ENVELOPE_BYTES = 16 << 10;
    private static final int IMAGE_BYTES = 1 << 10;
    private static final int TIMESTEP_BYTES = 4;
    private static final int UTF8_BYTES = 3;

    /** All topics. Records on a partition that is not their key's are written again, so what is read is written too. */
    static List<TopicUse> of(StreamSettings settings) {
        Topics topics = settings.topics();
        RequestLimits limits = settings.limits();
        int event = eventBytes(limits);
        int request = limits.maxMessageBytes() + ENVELOPE_BYTES;
        return List.of(
                new TopicUse(topics.requests(), BOTH, Optional.of("a request whose id is used again"), request),
                new TopicUse(topics.cancellations(), BOTH, Optional.empty(), 0),
                new TopicUse(topics.completions(), WRITE, Optional.empty(), event),
                new TopicUse(topics.failures(), WRITE, Optional.empty(), event),
                new TopicUse(topics.costs(), BOTH, Optional.of("all charges of a tenant but the last"), event),
                new TopicUse(topics.progress(), WRITE, Optional.empty(), 0),
                new TopicUse(
                        topics.deadLetters(),
                        WRITE,
                        Optional.of("dead letters, and takes none without a key"),
                        limits.maxDeadLetterBytes() + LETTER_ENVELOPE_BYTES),
                new TopicUse(Changelogs.pending(settings.applicationId()), BOTH, Optional.empty(), request),
                new TopicUse(Changelogs.settled(settings.applicationId()), BOTH, Optional.empty(), 0));
    }

    /** The requests' part of what an event may have, and room for the rest. */
    private static int eventBytes(RequestLimits limits) {
        int characters = limits.maxTags() * 2 * limits.maxTagLength()
                + 2 * limits.maxIdLength()
                + 2 * limits.maxNameLength()
                + limits.maxReasonLength();
        return UTF8_BYTES * characters
                + IMAGE_BYTES * limits.maxImages()
                + TIMESTEP_BYTES * limits.maxSteps()
                + ENVELOPE_BYTES;
    }
}

package dev.sluice.capacity;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/** Which worker has which partition: evenly, and with as few moves as that takes, as Kafka Streams assigns its tasks. */
final class Assignment {
    private final List<Partition> partitions;

    Assignment(List<Partition> partitions) {
        this.partitions = partitions;
    }

    /**
     * Shares them out anew.
     *
     * @param members in the group, oldest first
     * @param fetchedFromNanos when those that change hands are fetched again
     */
    void share(List<Worker> members, long fetchedFromNanos) {
        Deque<Partition> free = new ArrayDeque<>();
        for (Partition partition : partitions) {
            Worker owner = partition.owner();
            if (owner == null || owner.stage() == Worker.Stage.GONE) {
                take(partition, free);
            }
        }
        if (members.isEmpty()) {
            return;
        }
        int even = partitions.size() / members.size();
        int oneMore = partitions.size() % members.size();
        List<Worker> byMost = members.stream()
                .sorted(Comparator.comparingInt(
                                (Worker member) -> member.partitions().size())
                        .reversed())
                .toList();
        for (int i = 0; i < byMost.size(); i++) {
            List<Partition> own = byMost.get(i).partitions();
            while (own.size() > even + (i < oneMore ? 1 : 0)) {
                take(own.getLast(), free);
            }
        }
        for (int i = 0; i < byMost.size(); i++) {
            Worker member = byMost.get(i);
            while (member.partitions().size() < even + (i < oneMore ? 1 : 0)) {
                Partition partition = free.removeFirst();
                partition.give(member, fetchedFromNanos);
                member.partitions().add(partition);
            }
        }
    }

    private static void take(Partition partition, Deque<Partition> free) {
        Worker owner = partition.owner();
        if (owner != null) {
            owner.partitions().remove(partition);
        }
        partition.give(null, 0);
        free.add(partition);
    }
}

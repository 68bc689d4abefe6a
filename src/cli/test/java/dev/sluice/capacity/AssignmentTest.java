package dev.sluice.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AssignmentTest {
    private final List<Partition> partitions =
            Stream.generate(Partition::new).limit(12).toList();
    private final Assignment assignment = new Assignment(partitions);
    private final List<Worker> members = new ArrayList<>();

    @Test
    void sharesPartitionsEvenly() {
        join(5);

        assertThat(members).extracting(member -> member.partitions().size()).containsExactlyInAnyOrder(3, 3, 2, 2, 2);
        assertThat(partitions).allMatch(partition -> partition.owner() != null);
    }

    @Test
    void movesNoMoreThanItMust() {
        join(3);
        List<Partition> before = List.copyOf(members.getFirst().partitions());

        join(1);

        assertThat(members.getLast().partitions()).hasSize(3);
        assertThat(before).containsAll(members.getFirst().partitions());
        assertThat(members.getFirst().partitions()).hasSize(3);
    }

    @Test
    void aWorkerThatIsGoneLeavesItsPartitionsToTheOthers() {
        join(4);
        Worker gone = members.removeLast();
        gone.reach(Worker.Stage.GONE);

        assignment.share(members, 0);

        assertThat(members).allMatch(member -> member.partitions().size() == 4);
        assertThat(gone.partitions()).isEmpty();
    }

    @Test
    void partitionsThatChangeHandsAreFetchedLater() {
        join(1);
        Worker second = worker();
        assignment.share(List.of(members.getFirst(), second), 7);

        assertThat(second.partitions()).hasSize(6).noneMatch(partition -> partition.fetchedAt(6));
        assertThat(members.getFirst().partitions()).hasSize(6).allMatch(partition -> partition.fetchedAt(0));
    }

    private void join(int workers) {
        for (int i = 0; i < workers; i++) {
            members.add(worker());
        }
        assignment.share(members, 0);
    }

    private static Worker worker() {
        Worker worker = new Worker(WorkerEngine.of(Traffic.fleet(4, 1, 12, Fleet.Detail.IMAGES)), 0);
        worker.reach(Worker.Stage.IN_GROUP);
        return worker;
    }
}

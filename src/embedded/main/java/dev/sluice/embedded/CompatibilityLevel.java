package dev.sluice.embedded;

import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/** Which of a subject's schemas must read each other's data. The names are Confluent's, on the wire too. */
enum CompatibilityLevel {
    /** Anything goes. */
    NONE(false, false, false),
    /** The new schema reads what the last one wrote. */
    BACKWARD(true, false, false),
    BACKWARD_TRANSITIVE(true, false, true),
    /** The last schema reads what the new one writes. */
    FORWARD(false, true, false),
    FORWARD_TRANSITIVE(false, true, true),
    /** New and last schema read each other's data. */
    FULL(true, true, false),
    FULL_TRANSITIVE(true, true, true);

    private final boolean newReadsOld;
    private final boolean oldReadsNew;
    private final boolean transitive;

    CompatibilityLevel(boolean newReadsOld, boolean oldReadsNew, boolean transitive) {
        this.newReadsOld = newReadsOld;
        this.oldReadsNew = oldReadsNew;
        this.transitive = transitive;
    }

    /**
     * Why the candidate can't be the next version; empty where it can.
     *
     * @param previous the subject's schemas, oldest first
     */
    List<String> objections(Schema candidate, List<Schema> previous) {
        List<Schema> others = transitive || previous.isEmpty() ? previous : List.of(previous.getLast());
        return others.stream()
                .flatMap(other -> Stream.concat(
                        newReadsOld ? objections(candidate, other) : Stream.empty(),
                        oldReadsNew ? objections(other, candidate) : Stream.empty()))
                .toList();
    }

    private static Stream<String> objections(Schema reader, Schema writer) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()
                .stream()
                .map(CompatibilityLevel::describe);
    }

    private static String describe(Incompatibility found) {
        return found.getType() + " at " + found.getLocation() + ": " + found.getMessage();
    }
}

package dev.sluice.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/**
 * Whether a registry holds a contract as its users need it: registered, guarded by {@code FULL_TRANSITIVE}, and with nothing
 * lost in the latest version. That level lets a schema without the contract's optional fields through, and a publisher that
 * writes the latest version then drops what its program sets in them.
 */
public final class SubjectCheck {
    /** Fields that a sentence names. */
    private static final int NAMED = 8;

    private final RegistryAdmin registry;

    public SubjectCheck(RegistryAdmin registry) {
        this.registry = registry;
    }

    /** What is wrong with the subject, in sentences that name it; nothing if all is well. */
    public List<String> problems(Subject subject) {
        Optional<RegistryAdmin.Latest> latest = registry.latest(subject.name());
        if (latest.isEmpty()) {
            return List.of(subject.name() + ": there is no such subject; ./sluice schemas register makes it");
        }
        List<String> problems = new ArrayList<>();
        if (!registry.has(subject)) {
            problems.add(subject.name() + ": no version is this release's "
                    + subject.schema().getName() + "; ./sluice schemas register registers it");
        }
        String level = registry.level(subject.name());
        if (!level.equals(RegistryAdmin.FULL_TRANSITIVE)) {
            problems.add(
                    subject.name() + ": its level is " + level + ", which lets schemas in that not every reader and"
                            + " writer can share; ./sluice schemas register sets " + RegistryAdmin.FULL_TRANSITIVE);
        }
        lost(subject, latest.get()).ifPresent(problems::add);
        return problems;
    }

    /** What a publisher that writes the latest version loses, in a sentence. */
    public Optional<String> lost(Subject subject, RegistryAdmin.Latest latest) {
        if (latest.schema().isEmpty()) {
            return Optional.of(
                    subject.name() + ": its latest version, " + latest.version() + ", is no Avro schema; delete it");
        }
        List<String> lacking = new ArrayList<>();
        lacking("", subject.schema(), latest.schema().get(), lacking);
        if (lacking.isEmpty()) {
            return Optional.empty();
        }
        String names = lacking.stream().limit(NAMED).collect(Collectors.joining(", "))
                + (lacking.size() > NAMED ? " and " + (lacking.size() - NAMED) + " more" : "");
        return Optional.of(subject.name() + ": its latest version, " + latest.version() + ", lacks " + names
                + "; publishers with use.latest.version lose them without an error. Delete that version in the registry,"
                + " or register one that has them all");
    }

    /** Collects the fields and symbols of the contract that the other schema has no place for. */
    private static void lacking(String path, Schema contract, Schema other, List<String> lacking) {
        switch (contract.getType()) {
            case UNION ->
                contract.getTypes()
                        .forEach(branch -> branchOf(branch, other)
                                .ifPresentOrElse(
                                        same -> lacking(path, branch, same, lacking),
                                        () -> lacking.add(path + " as " + branch.getName())));
            case RECORD -> {
                if (other.getType() != Schema.Type.RECORD) {
                    lacking.add(path);
                    return;
                }
                for (Schema.Field field : contract.getFields()) {
                    String name = path.isEmpty() ? field.name() : path + "." + field.name();
                    Schema.Field same = other.getField(field.name());
                    if (same == null) {
                        lacking.add(name);
                    } else {
                        lacking(name, field.schema(), same.schema(), lacking);
                    }
                }
            }
            case ENUM -> {
                if (other.getType() == Schema.Type.ENUM) {
                    contract.getEnumSymbols().stream()
                            .filter(symbol -> !other.hasEnumSymbol(symbol))
                            .forEach(symbol -> lacking.add(path + " " + symbol));
                }
            }
            case ARRAY -> {
                if (other.getType() == Schema.Type.ARRAY) {
                    lacking(path, contract.getElementType(), other.getElementType(), lacking);
                }
            }
            case MAP -> {
                if (other.getType() == Schema.Type.MAP) {
                    lacking(path, contract.getValueType(), other.getValueType(), lacking);
                }
            }
            case FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {
                // Whatever it is written as, the field is there.
            }
        }
    }

    private static Optional<Schema> branchOf(Schema branch, Schema other) {
        List<Schema> branches = other.isUnion() ? other.getTypes() : List.of(other);
        return branches.stream()
                .filter(candidate -> candidate.getType() == branch.getType())
                .findFirst();
    }
}

package dev.sluice.events;

import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * What every generated record extends. Avro instantiates only classes that it is told to trust, and its users'
 * generated ones are not among them. So before the first record of a contract exists, this tells Avro to trust the
 * packages of the contracts too.
 */
public abstract class ContractRecord extends SpecificRecordBase {
    private static final long serialVersionUID = 1L;

    private static final Set<String> CONTRACTS = Set.of("dev.sluice.events.v1", "dev.sluice.state.v1");

    static {
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.getGlobal(), type -> CONTRACTS.contains(type.getPackageName())));
    }
}

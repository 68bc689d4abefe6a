package dev.sluice.events;

import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * The base class of every generated record. Avro instantiates only classes that it is told to trust, and generated ones
 * are not among them. So this class tells Avro to trust the packages of the contracts before their first record exists.
 */
public abstract class ContractRecord extends SpecificRecordBase {
    private static final long serialVersionUID = 1L;

    private static final Set<String> CONTRACTS = Set.of("dev.sluice.events.v1", "dev.sluice.state.v1");

    static {
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.getGlobal(), type -> CONTRACTS.contains(type.getPackageName())));
    }
}

package dev.sluice.wire;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Tells whether a record can be read, or refused, at once. Blocks nobody; may be called by many threads. */
public interface SchemaAnswers {
    /**
     * The id of the schema that the record has to wait for. The registry is asked for it from now on. Empty if there is
     * nothing to wait for, for example because the bytes are no record.
     */
    OptionalInt awaited(byte @Nullable [] record);

    /** Whether it is known what the id stands for, or that it stands for nothing. The registry is asked where it is not. */
    boolean answered(int schemaId);
}

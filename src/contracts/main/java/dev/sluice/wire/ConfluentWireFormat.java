package dev.sluice.wire;

import java.nio.ByteBuffer;

/** Frames Avro binary as Confluent's clients do: a zero byte, the schema's id as four bytes big-endian, the payload. */
public final class ConfluentWireFormat {
    static final byte MAGIC = 0;
    public static final int HEADER_LENGTH = 1 + Integer.BYTES;

    private ConfluentWireFormat() {}

    /** The header of a record written with the schema of this id. */
    public static byte[] header(int schemaId) {
        return ByteBuffer.allocate(HEADER_LENGTH).put(MAGIC).putInt(schemaId).array();
    }

    /** Whether the record starts with a header. */
    static boolean hasHeader(byte[] record) {
        return record.length >= HEADER_LENGTH && record[0] == MAGIC;
    }

    /**
     * The id of the schema that the record was written with.
     *
     * @throws UndecodableException where the record does not start with a header
     */
    static int schemaId(byte[] record) {
        if (record.length < HEADER_LENGTH) {
            throw new UndecodableException(
                    UndecodableException.Reason.TOO_SHORT,
                    record.length + " bytes; the header alone has " + HEADER_LENGTH);
        }
        if (record[0] != MAGIC) {
            throw new UndecodableException(
                    UndecodableException.Reason.WRONG_MAGIC, "starts with byte " + record[0] + " rather than " + MAGIC);
        }
        return ByteBuffer.wrap(record, 1, Integer.BYTES).getInt();
    }
}

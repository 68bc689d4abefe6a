package dev.sluice.model;

/** The device had no memory left for a batch, or for a module. A smaller batch may fit. */
public final class OutOfDeviceMemoryException extends ModelException {
    private static final long serialVersionUID = 1L;

    public OutOfDeviceMemoryException(String message) {
        super(message);
    }

    public OutOfDeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}

package dev.sluice.storage;

import software.amazon.awssdk.crt.CRT;
import software.amazon.awssdk.crt.CrtRuntimeException;

/** What keeps the native client from being made, in words. It needs more of the system than Java does. */
final class NativeClientFaults {
    private static final String OTHERWISE = "; or set s3.client: netty, which is all Java";

    private NativeClientFaults() {}

    /** The sentence for whoever runs the worker, with what was thrown as its cause. No waiting mends it. */
    static StorageException inWords(Throwable failure) {
        return new StorageException("s3.client: crt " + sentence(failure) + OTHERWISE, failure, false);
    }

    private static String sentence(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CRT.UnknownPlatformException) {
                return "has no library for this platform (" + cause.getMessage() + ")";
            }
            if (cause instanceof LinkageError) {
                return "can't load its library: java.io.tmpdir, " + System.getProperty("java.io.tmpdir")
                        + ", must be a folder that can be written to and run from (" + cause + ")";
            }
            if (cause instanceof CrtRuntimeException refused
                    && String.valueOf(refused.errorName).contains("TRUST_STORE")) {
                return "finds no certificates of authorities on this system (" + refused.errorName
                        + "), which it needs even without https: install the package ca-certificates, or mount its bundle at"
                        + " /etc/ssl/certs/ca-certificates.crt";
            }
        }
        return "can't be used on this system: " + failure.getMessage();
    }
}

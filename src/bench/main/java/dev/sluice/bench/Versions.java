package dev.sluice.bench;

/**
 * What was measured.
 *
 * @param sluice version of the build
 * @param commit that it was built from, where that is known
 */
public record Versions(String sluice, String commit, String jvm, String libtorch) {
    /** Versions in this process. */
    public static Versions here(String sluice, String commit, String libtorch) {
        return new Versions(sluice, commit, System.getProperty("java.vm.name", "") + " " + Runtime.version(), libtorch);
    }
}

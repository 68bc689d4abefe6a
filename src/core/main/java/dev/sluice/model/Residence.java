package dev.sluice.model;

/**
 * Whether a bundle's modules are on the device. Used by the thread that runs the batches. A module that is called while
 * its bundle is not on the device is loaded by the call.
 */
public interface Residence {
    /** Modules that are always there and take no memory worth counting. */
    Residence ALWAYS = new Residence() {
        @Override
        public void load() {}

        @Override
        public void unload() {}

        @Override
        public long bytes() {
            return 0;
        }
    };

    /**
     * Brings the modules to the device; does nothing where they are there.
     *
     * @throws BundleException if they don't load
     * @throws OutOfDeviceMemoryException if there is no room for them
     */
    void load();

    /** Takes the modules from the device; does nothing where they are not there. */
    void unload();

    /** What the modules take up on the device, roughly: their files' sizes. */
    long bytes();
}

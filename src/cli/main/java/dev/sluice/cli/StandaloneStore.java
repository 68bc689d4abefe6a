package dev.sluice.cli;

import dev.sluice.storage.S3Settings.StaticCredentials;

/** What a standalone and the commands that read its pictures agree on. */
public final class StandaloneStore {
    /** The path at which its registry tells where the pictures are. */
    public static final String PATH = "/sluice/store";

    /** These are no secret: whoever may use a standalone's ports may read its store. */
    public static final StaticCredentials CREDENTIALS = new StaticCredentials("sluice", "sluice-standalone");

    private StandaloneStore() {}
}

package dev.sluice.cli;

import dev.sluice.storage.S3Settings.StaticCredentials;

/** What a standalone and the commands that read its pictures agree on. */
public final class StandaloneStore {
    /** Where its registry tells those who have only its address where the pictures are. */
    public static final String PATH = "/sluice/store";

    /** No secret: whoever may use a standalone's ports may read its store. */
    public static final StaticCredentials CREDENTIALS = new StaticCredentials("sluice", "sluice-standalone");

    private StandaloneStore() {}
}

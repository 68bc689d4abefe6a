package dev.sluice.model;

/** Turns a text into what a text encoder reads. Any thread may ask. */
public interface Tokenizer {
    /** The ids of any text whatsoever, always as many: longer texts are cut, shorter ones padded. */
    long[] tokens(String text);
}

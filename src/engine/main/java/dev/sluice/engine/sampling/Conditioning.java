package dev.sluice.engine.sampling;

import dev.sluice.request.Network;
import java.util.List;

/** What a network is told of the prompt. */
sealed interface Conditioning {
    /** A class by its index; the null class for none. */
    record OfClass(int index) implements Conditioning {}

    /**
     * A text, as an encoder reads it and encodes it.
     *
     * @param tokens as many as the encoder takes
     */
    record OfText(Network encoder, List<Long> tokens) implements Conditioning {
        public OfText {
            tokens = List.copyOf(tokens);
        }
    }
}

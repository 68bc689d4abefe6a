/**
 * Bundles: a verified directory of TorchScript modules and tokenizers behind small interfaces. {@code app} opens them
 * at start; {@code engine} turns prompts into tokens, fills a batch's buffers as the {@link dev.sluice.model.RowLayout}
 * of its network says, evaluates it and reads the buffers back. What TorchScript, DJL and the tokenizer library look
 * like stays in here.
 */
@NullMarked
package dev.sluice.model;

import org.jspecify.annotations.NullMarked;

/**
 * Where images end up. Samples come in from the engine as floats and become pixels ({@link
 * dev.sluice.storage.RgbImage}), then a PNG that says how it was made ({@link dev.sluice.storage.PngEncoder}, {@link
 * dev.sluice.storage.Provenance}), then an object in S3-compatible storage ({@link dev.sluice.storage.ImageStore}); a
 * {@link dev.sluice.request.StoredImage} goes back.
 *
 * <p>An image is written once, and counts as stored when the object was seen to be whole. Storing it again, after a crash or
 * a second delivery, finds the first object, even where the bytes would differ now.
 */
@NullMarked
package dev.sluice.storage;

import org.jspecify.annotations.NullMarked;

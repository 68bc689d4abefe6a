package dev.sluice.storage;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Lossless PNG with its provenance inside: {@code Software} as text, the {@link Provenance} as JSON under {@code
 * sluice:provenance}, and XMP that marks the image as made by a trained model. No timestamps: the same image and
 * provenance give the same bytes on the same JDK.
 *
 * <p>Stateless; any thread may encode.
 */
public final class PngEncoder {
    private static final String FORMAT = "javax_imageio_png_1.0";

    public byte[] encode(RgbImage image, Provenance provenance) {
        BufferedImage pixels = toBgr(image);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(pixels), parameters);
            metadata.mergeTree(FORMAT, textChunks(ProvenanceJson.write(provenance)));
            writer.setOutput(out);
            writer.write(null, new IIOImage(pixels, null, metadata), parameters);
        } catch (IIOInvalidTreeException e) {
            throw new IllegalStateException("the PNG writer does not know its own metadata format", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static BufferedImage toBgr(RgbImage image) {
        BufferedImage pixels = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_3BYTE_BGR);
        byte[] bgr = ((DataBufferByte) pixels.getRaster().getDataBuffer()).getData();
        byte[] rgb = image.rgb();
        for (int i = 0; i < rgb.length; i += 3) {
            bgr[i] = rgb[i + 2];
            bgr[i + 1] = rgb[i + 1];
            bgr[i + 2] = rgb[i];
        }
        return pixels;
    }

    private static IIOMetadataNode textChunks(String provenance) {
        IIOMetadataNode software = new IIOMetadataNode("tEXtEntry");
        software.setAttribute("keyword", PngKeywords.SOFTWARE);
        software.setAttribute("value", PngKeywords.CREATOR);
        IIOMetadataNode latin = new IIOMetadataNode("tEXt");
        latin.appendChild(software);

        IIOMetadataNode international = new IIOMetadataNode("iTXt");
        international.appendChild(internationalEntry(PngKeywords.PROVENANCE, provenance));
        international.appendChild(internationalEntry(PngKeywords.XMP, PngKeywords.XMP_PACKET));

        IIOMetadataNode root = new IIOMetadataNode(FORMAT);
        root.appendChild(latin);
        root.appendChild(international);
        return root;
    }

    /** Uncompressed, as XMP readers expect it. */
    private static IIOMetadataNode internationalEntry(String keyword, String text) {
        IIOMetadataNode entry = new IIOMetadataNode("iTXtEntry");
        entry.setAttribute("keyword", keyword);
        entry.setAttribute("compressionFlag", "FALSE");
        entry.setAttribute("compressionMethod", "0");
        entry.setAttribute("languageTag", "");
        entry.setAttribute("translatedKeyword", "");
        entry.setAttribute("text", text);
        return entry;
    }
}

package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.request.Prompt;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class PngEncoderTest {
    private final PngEncoder encoder = new PngEncoder();

    @Test
    void everyPixelComesBack() throws IOException {
        RgbImage image = Samples.noise(13, 7);

        BufferedImage decoded = ImageIO.read(
                new ByteArrayInputStream(encoder.encode(image, Samples.provenance(new Prompt.Unconditional()))));

        byte[] rgb = new byte[13 * 7 * 3];
        for (int pixel = 0; pixel < 13 * 7; pixel++) {
            int argb = decoded.getRGB(pixel % 13, pixel / 13);
            rgb[pixel * 3] = (byte) (argb >> 16);
            rgb[pixel * 3 + 1] = (byte) (argb >> 8);
            rgb[pixel * 3 + 2] = (byte) argb;
        }
        assertThat(RgbImage.of(decoded.getWidth(), decoded.getHeight(), rgb)).isEqualTo(image);
    }

    @Test
    void theSameImageAndProvenanceGiveTheSameBytes() {
        Provenance provenance = Samples.provenance(new Prompt.Label("circle"));

        assertThat(encoder.encode(Samples.noise(8, 8), provenance))
                .isEqualTo(new PngEncoder().encode(Samples.noise(8, 8), provenance));
    }

    @Test
    void metadataTellsSizeSoftwareAndProvenance() throws IOException {
        PngMetadata metadata = encode(new Prompt.Label("círculo"));

        assertThat(metadata.width()).isEqualTo(5);
        assertThat(metadata.height()).isEqualTo(4);
        assertThat(metadata.texts()).containsEntry("Software", "Sluice");
        JsonNode provenance = new ObjectMapper().readTree(metadata.provenance().orElseThrow());
        JsonNode expected = new ObjectMapper().readTree("""
                {"version":2,
                 "request":"%s",
                 "image":0,"seed":"42","label":"círculo",
                 "bundle":{"name":"shapes","version":"3","sha256":"%s"},
                 "sampler":{"kind":"ddim","steps":10,"eta":0.0},
                 "guidance":{"method":"classifier_free","scale":4.0,
                   "schedule":{"kind":"compress","guided":2,"exponent":1.5,"arithmetic":"exact"},
                   "weighting":{"kind":"gap","forceTail":false},"cfgCompress":"guidance_term"},
                 "plan":{"steps":10,"guidedTimesteps":[10,4],"weights":[6.0,4.0]}}""".formatted(
                        Samples.provenance(new Prompt.Unconditional()).requestDigest(), "ab".repeat(32)));
        assertThat(provenance).isEqualTo(expected);
    }

    @Test
    void freeTextAndIdsStayOut() {
        byte[] png = encoder.encode(
                Samples.noise(5, 4), Samples.provenance(new Prompt.Text("a private wish", "nothing rude")));

        assertThat(new String(png, StandardCharsets.ISO_8859_1))
                .doesNotContain("a private wish", "nothing rude", "order/17", "acme");
    }

    @Test
    void xmpMarksTheImageAsMadeByATrainedModel() throws Exception {
        String packet = encode(new Prompt.Unconditional()).xmp().orElseThrow();

        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Element root = factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(packet)))
                .getDocumentElement();
        assertThat(root.getElementsByTagNameNS("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "DigitalSourceType")
                        .item(0)
                        .getTextContent())
                .isEqualTo("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia");
        assertThat(root.getElementsByTagNameNS("http://ns.adobe.com/xap/1.0/", "CreatorTool")
                        .item(0)
                        .getTextContent())
                .isEqualTo("Sluice");
    }

    @Test
    void readingACutOffPngFails() {
        byte[] png = encoder.encode(Samples.noise(5, 4), Samples.provenance(new Prompt.Unconditional()));

        assertThatThrownBy(() -> PngMetadata.read(Arrays.copyOf(png, png.length - 20)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private PngMetadata encode(Prompt prompt) {
        return PngMetadata.read(encoder.encode(Samples.noise(5, 4), Samples.provenance(prompt)));
    }
}

package dev.sluice.storage;

/** Keywords of the text chunks that Sluice writes, and what stands in them whatever the image. */
final class PngKeywords {
    static final String SOFTWARE = "Software";
    static final String PROVENANCE = "sluice:provenance";
    static final String XMP = "XML:com.adobe.xmp";

    /** Has no version, so that a worker's upgrade does not change an image's bytes. */
    static final String CREATOR = "Sluice";

    /**
     * IPTC's mark of an image made by a trained model, in the packet form of the XMP specification (ISO 16684-1). Read-only,
     * hence without padding.
     */
    static final String XMP_PACKET = """
            <?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/">
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about=""
            xmlns:xmp="http://ns.adobe.com/xap/1.0/"
            xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
            <xmp:CreatorTool>Sluice</xmp:CreatorTool>
            <Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\
            </Iptc4xmpExt:DigitalSourceType>
            </rdf:Description>
            </rdf:RDF>
            </x:xmpmeta>
            <?xpacket end="r"?>""";

    private PngKeywords() {}
}

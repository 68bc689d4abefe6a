package dev.sluice.chaos.surroundings;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs a request again after a change, in the first signature's name: AWS signature version 4 ("Authenticating Requests
 * (AWS Signature Version 4)", Amazon S3 API Reference), with the body left out of the signature.
 *
 * <p>Stateless; any thread may call.
 */
final class SignatureV4 {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    private final String secretKey;

    SignatureV4(String secretKey) {
        this.secretKey = secretKey;
    }

    /**
     * The request with {@code authorization} and {@code x-amz-content-sha256} replaced.
     *
     * @param request signed once, with a path that is its own canonical form, without a query
     */
    HttpMessage signAgain(HttpMessage request) {
        Map<String, List<String>> headers = new TreeMap<>(request.headers());
        headers.put("x-amz-content-sha256", List.of(UNSIGNED));
        String credential = request.header("authorization").orElseThrow().replaceAll("^.*Credential=([^,]*),.*$", "$1");
        String[] scope = credential.split("/", 2)[1].split("/");
        List<String> signed = headers.keySet().stream()
                .filter(name -> name.equals("host") || name.startsWith("x-amz-"))
                .toList();
        String canonical = request.start().replace(' ', '\n')
                + "\n\n"
                + signed.stream()
                        .map(name -> name + ":" + String.join(",", headers.get(name)) + "\n")
                        .collect(Collectors.joining())
                + "\n" + String.join(";", signed)
                + "\n" + UNSIGNED;
        String toSign = String.join(
                "\n",
                ALGORITHM,
                request.header("x-amz-date").orElseThrow(),
                String.join("/", scope),
                hex(sha256(canonical)));
        byte[] key = utf8("AWS4" + secretKey);
        for (String part : scope) {
            key = hmac(key, part);
        }
        headers.put(
                "authorization",
                List.of(ALGORITHM + " Credential=" + credential + ", SignedHeaders=" + String.join(";", signed)
                        + ", Signature=" + hex(hmac(key, toSign))));
        return new HttpMessage(request.start(), headers, request.body());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has HmacSHA256", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

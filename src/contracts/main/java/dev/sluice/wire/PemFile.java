package dev.sluice.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Certificates and keys as text, as Kafka takes them with {@code ssl.truststore.type=PEM}: {@code CERTIFICATE} blocks, and
 * for a key store one {@code PRIVATE KEY} or {@code ENCRYPTED PRIVATE KEY} (PKCS #8) besides, in any order. Text between
 * the blocks is passed over.
 */
final class PemFile {
    private static final int MAX_BYTES = 16 << 20;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final List<String> KEY_KINDS = List.of("RSA", "EC", "EdDSA", "DSA");

    private record Block(String label, String base64) {
        byte[] content() {
            return Base64.getMimeDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private final List<Block> blocks;

    private PemFile(List<Block> blocks) {
        this.blocks = blocks;
    }

    /** Whether the file's content is PEM, whatever it is called. */
    static boolean isPem(Path path) throws IOException {
        return text(path).contains("-----BEGIN ");
    }

    static PemFile read(Path path) throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (Matcher block = BLOCK.matcher(text(path)); block.find(); ) {
            blocks.add(new Block(block.group(1), block.group(2)));
        }
        return new PemFile(blocks);
    }

    /** A store of all its certificates. */
    KeyStore trusted() throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        List<Certificate> certificates = certificates();
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry("certificate-" + i, certificates.get(i));
        }
        return store;
    }

    /**
     * A store of its key with its certificates, the key's own first.
     *
     * @param password of the key, where that is encrypted, and of the store that is made
     */
    KeyStore own(String password) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        store.setKeyEntry(
                "key",
                privateKey(password),
                password.toCharArray(),
                certificates().toArray(Certificate[]::new));
        return store;
    }

    private List<Certificate> certificates() throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label().equals("CERTIFICATE")) {
                Collection<? extends Certificate> read =
                        factory.generateCertificates(new ByteArrayInputStream(block.content()));
                certificates.addAll(read);
            }
        }
        if (certificates.isEmpty()) {
            throw new KeyStoreException("the PEM file has no certificate");
        }
        return certificates;
    }

    private PrivateKey privateKey(String password) throws GeneralSecurityException, IOException {
        for (Block block : blocks) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return privateKey(new PKCS8EncodedKeySpec(block.content()));
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    return privateKey(decrypted(new EncryptedPrivateKeyInfo(block.content()), password));
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
                    throw new KeyStoreException(
                            "its " + block.label() + " is not PKCS #8; openssl pkcs8 -topk8 makes it so");
                default -> {
                    // A certificate, or parameters of a curve.
                }
            }
        }
        throw new KeyStoreException("the PEM file has no private key");
    }

    private static PKCS8EncodedKeySpec decrypted(EncryptedPrivateKeyInfo key, String password)
            throws GeneralSecurityException {
        // PBES2 names its parts only in its parameters.
        String algorithm = key.getAlgParameters() == null
                ? key.getAlgName()
                : key.getAlgParameters().toString();
        Key secret = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password.toCharArray()));
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.DECRYPT_MODE, secret, key.getAlgParameters());
        try {
            return key.getKeySpec(cipher);
        } catch (InvalidKeySpecException e) {
            throw new InvalidKeyException("the key can't be decrypted", e);
        }
    }

    private static PrivateKey privateKey(PKCS8EncodedKeySpec encoded) throws GeneralSecurityException {
        for (String kind : KEY_KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // The key is of another kind.
            }
        }
        throw new KeyStoreException("its private key is of no known kind: " + KEY_KINDS);
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** One byte a character, whatever the file is. */
    private static String text(Path path) throws IOException {
        if (Files.size(path) > MAX_BYTES) {
            throw new IOException("it has over " + MAX_BYTES + " bytes");
        }
        return Files.readString(path, StandardCharsets.ISO_8859_1);
    }
}

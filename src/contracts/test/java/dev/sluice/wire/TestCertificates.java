package dev.sluice.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Self-signed certificates for loopback, made by the running JDK's keytool. */
public final class TestCertificates {
    public static final String PASSWORD = "not-a-secret";

    private TestCertificates() {}

    /** A PKCS #12 file with a new key and its certificate. */
    public static Path keyStore(Path folder, String name) throws IOException, InterruptedException {
        Path store = folder.resolve(name + "-key.p12");
        keytool(
                store,
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-validity",
                "2",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost");
        return store;
    }

    /** A PKCS #12 file that trusts the certificate of another. */
    public static Path trustStore(Path folder, String name, Path keyStore) throws IOException, InterruptedException {
        Path certificate = certificate(folder, name, keyStore);
        Path store = folder.resolve(name + "-trust.p12");
        keytool(store, "-importcert", "-noprompt", "-alias", name, "-file", certificate.toString());
        return store;
    }

    /** The certificate of a key store, as text. */
    public static Path certificate(Path folder, String name, Path keyStore) throws IOException, InterruptedException {
        Path certificate = folder.resolve(name + ".pem");
        keytool(keyStore, "-exportcert", "-alias", name, "-rfc", "-file", certificate.toString());
        return certificate;
    }

    private static void keytool(Path store, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool: " + output);
        }
    }
}

package dev.sluice.wire;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.Optional;
import javax.crypto.BadPaddingException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates a client of the registry trusts over https, and which it presents. The type of a store is seen
 * from the file.
 *
 * @param trusted certificates to trust in place of the platform's
 * @param own key and certificate for a registry that asks for one
 */
record RegistryTls(Optional<StoreFile> trusted, Optional<StoreFile> own) {
    static final RegistryTls PLATFORM = new RegistryTls(Optional.empty(), Optional.empty());

    /** A PKCS #12, JKS or PEM file. Does not print its password. */
    record StoreFile(Path path, String password) {
        /** Reads the file as a trust store: certificates to trust. */
        KeyStore loadTrusted() throws GeneralSecurityException, IOException {
            return PemFile.isPem(path)
                    ? PemFile.read(path).trusted()
                    : KeyStore.getInstance(path.toFile(), password.toCharArray());
        }

        /** Reads the file as a key store: a key and its certificates. */
        KeyStore loadOwn() throws GeneralSecurityException, IOException {
            return PemFile.isPem(path)
                    ? PemFile.read(path).own(password)
                    : KeyStore.getInstance(path.toFile(), password.toCharArray());
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * The context to connect with; empty for the platform's own.
     *
     * @throws ConfigException where a file can't be read, or its password is wrong
     */
    Optional<SSLContext> context() {
        if (equals(PLATFORM)) {
            return Optional.empty();
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(), trustManagers(), null);
            return Optional.of(context);
        } catch (GeneralSecurityException e) {
            throw new ConfigException("no TLS with these files: " + e.getMessage());
        }
    }

    /** What reads a store's file. */
    private interface Loading<T> {
        T load() throws GeneralSecurityException, IOException;
    }

    private static <T> T loaded(String what, StoreFile file, Loading<T> loading) {
        try {
            return loading.load();
        } catch (NoSuchFileException e) {
            throw new ConfigException("the " + what + " " + file + " doesn't exist");
        } catch (AccessDeniedException e) {
            throw new ConfigException("the " + what + " " + file + " may not be read");
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new ConfigException("the " + what + " " + file + " can't be used: " + reason(e));
        }
    }

    /** Java's message for a wrong password is good. Its message for a file of another kind is a dump. */
    private static String reason(Exception e) {
        if (e instanceof InvalidKeyException
                || e instanceof BadPaddingException
                || e.getCause() instanceof UnrecoverableKeyException) {
            return "its password is wrong";
        }
        String message = String.valueOf(e.getMessage());
        return message.startsWith("Unrecognized keystore format")
                ? "it is neither PKCS #12 nor JKS nor PEM"
                : RegistryAnswer.oneLine(message);
    }

    private KeyManager @Nullable [] keyManagers() {
        if (own.isEmpty()) {
            return null;
        }
        StoreFile file = own.get();
        return loaded("key store", file, () -> {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(file.loadOwn(), file.password().toCharArray());
            return factory.getKeyManagers();
        });
    }

    private TrustManager @Nullable [] trustManagers() {
        if (trusted.isEmpty()) {
            return null;
        }
        StoreFile file = trusted.get();
        return loaded("trust store", file, () -> {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(file.loadTrusted());
            return factory.getTrustManagers();
        });
    }
}

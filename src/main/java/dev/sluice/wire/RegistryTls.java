package dev.sluice.wire;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Whom a client of the registry trusts over https, and what it shows of itself. The type of a store is seen from the file.
 *
 * @param trusted certificates to trust in place of the platform's
 * @param own key and certificate for a registry that asks for one
 */
record RegistryTls(Optional<StoreFile> trusted, Optional<StoreFile> own) {
    static final RegistryTls PLATFORM = new RegistryTls(Optional.empty(), Optional.empty());

    /** A PKCS #12 or JKS file. Does not print its password. */
    record StoreFile(Path path, String password) {
        KeyStore load() throws GeneralSecurityException, IOException {
            return KeyStore.getInstance(path.toFile(), password.toCharArray());
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
        } catch (GeneralSecurityException | IOException e) {
            throw new ConfigException("can't use " + this + ": " + e.getMessage());
        }
    }

    private KeyManager @Nullable [] keyManagers() throws GeneralSecurityException, IOException {
        if (own.isEmpty()) {
            return null;
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own.get().load(), own.get().password().toCharArray());
        return factory.getKeyManagers();
    }

    private TrustManager @Nullable [] trustManagers() throws GeneralSecurityException, IOException {
        if (trusted.isEmpty()) {
            return null;
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted.get().load());
        return factory.getTrustManagers();
    }
}

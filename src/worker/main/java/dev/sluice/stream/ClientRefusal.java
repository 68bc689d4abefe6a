package dev.sluice.stream;

import java.nio.file.NoSuchFileException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.errors.SslAuthenticationException;

/** Why a Kafka client gets nowhere, in a sentence that names the cause and the property to look at. */
final class ClientRefusal {
    private ClientRefusal() {}

    /** The brokers, or this client of theirs, refuse the connection. */
    static String connection(Throwable failure) {
        List<Throwable> causes = causes(failure).toList();
        String cause = message(causes.getLast());
        if (causes.stream().noneMatch(SslAuthenticationException.class::isInstance)) {
            return "kafka.properties: the brokers refuse these credentials: " + cause;
        }
        return "kafka.properties: no TLS connection to the brokers: " + cause + hint(causes);
    }

    /** No client can be made of the properties. */
    static String client(Throwable failure) {
        Throwable cause = causes(failure).toList().getLast();
        return "kafka.properties: no client can be made: "
                + (cause instanceof NoSuchFileException ? "there is no file " : "") + message(cause);
    }

    private static String hint(List<Throwable> causes) {
        return switch (causes.getLast()) {
            case CertPathBuilderException unknown ->
                "; nobody in kafka.properties.ssl.truststore.* has signed the brokers' certificate";
            case CertificateException wrong -> "; the certificate is not for the name in kafka.bootstrap-servers";
            case SSLException plain
            when message(plain).contains("SSL message") -> "; the port in kafka.bootstrap-servers does not speak TLS";
            case SSLException alert
            when message(alert).contains("certificate") ->
                "; the brokers want a certificate of kafka.properties.ssl.keystore.*";
            default -> "";
        };
    }

    static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }

    static String message(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}

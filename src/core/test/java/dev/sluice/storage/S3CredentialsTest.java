package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/** A pod on EKS has a token in a file, which a role's credentials are given for; here somebody on loopback gives them. */
class S3CredentialsTest {
    private static final String ROLE = "arn:aws:iam::123456789012:role/sluice-worker";
    private static final String ANSWER = """
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <AssumeRoleWithWebIdentityResult>
                <Credentials>
                  <AccessKeyId>role-access</AccessKeyId>
                  <SecretAccessKey>role-secret</SecretAccessKey>
                  <SessionToken>role-session</SessionToken>
                  <Expiration>2100-01-01T00:00:00Z</Expiration>
                </Credentials>
              </AssumeRoleWithWebIdentityResult>
            </AssumeRoleWithWebIdentityResponse>
            """;

    @TempDir
    private Path folder;

    private final AtomicReference<String> asked = new AtomicReference<>("");
    private HttpServer tokens;
    private Map<String, String> properties = Map.of();

    S3CredentialsTest() throws IOException {
        tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void startTokenService() throws IOException {
        tokens.createContext("/", exchange -> {
            asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/xml");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        tokens.start();
        properties = Map.of(
                "aws.roleArn",
                ROLE,
                "aws.webIdentityTokenFile",
                Files.writeString(folder.resolve("token"), "a-token").toString(),
                "aws.region",
                "eu-central-1",
                "aws.endpointUrlSts",
                "http://127.0.0.1:" + tokens.getAddress().getPort());
        properties.forEach(System::setProperty);
    }

    @AfterEach
    void stopTokenService() {
        properties.keySet().forEach(System::clearProperty);
        tokens.stop(0);
    }

    @Test
    void takesTheRoleOfItsServiceAccount() {
        AwsCredentials credentials = (AwsCredentials)
                S3Clients.credentials(Optional.empty()).resolveIdentity().join();

        assertThat(credentials.accessKeyId()).isEqualTo("role-access");
        assertThat(asked.get())
                .contains("Action=AssumeRoleWithWebIdentity", "WebIdentityToken=a-token", "sluice-worker");
    }
}

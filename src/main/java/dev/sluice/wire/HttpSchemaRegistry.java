package dev.sluice.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.sluice.wire.SchemaRejectedException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.apache.avro.Schema;

/**
 * A registry behind Confluent's REST API. Its addresses are tried in turn, beginning with the one that answered last.
 *
 * <p>Only an answer in the API's own words counts as a no: 404 with error code 40403 for an id, 404 with any error code for
 * a look-up, 409 and 422 for a registration. Whoever registers or looks up is also told no by 401 and 403: no waiting
 * mends a wrong password. Everything else that is not a yes, such as a proxy's page, is a {@link
 * RegistryUnavailableException}.
 */
public final class HttpSchemaRegistry implements SchemaRegistry {
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SCHEMA_NOT_FOUND = 40403;
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    /** What a registry said, in whatever words. */
    record Answer(int status, JsonNode body, boolean tooLong) {
        boolean isYes() {
            return status / 100 == 2;
        }

        int errorCode() {
            return body.path("error_code").asInt();
        }

        String message() {
            return body.path("message").asText("no message");
        }
    }

    private final List<String> addresses;
    private final Optional<String> authorization;
    private final Duration timeout;
    private final HttpClient client;

    /** Index of the address that answered last. Written by every calling thread; a lost write costs one detour. */
    private volatile int preferred;

    /**
     * Connects to nothing until it is asked.
     *
     * @param addresses base addresses, at least one
     * @param authorization value of the header of that name
     * @param tls for https, where the platform's own does not do
     * @param timeout for connecting, and for one answer
     */
    public HttpSchemaRegistry(
            List<URI> addresses, Optional<String> authorization, Optional<SSLContext> tls, Duration timeout) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("a schema registry needs an address");
        }
        this.addresses = addresses.stream()
                .map(address -> address.toString().replaceAll("/+$", ""))
                .toList();
        this.authorization = authorization;
        this.timeout = timeout;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout);
        tls.ifPresent(builder::sslContext);
        this.client = builder.build();
    }

    @Override
    public int register(String subject, Schema schema) {
        Answer answer = allowed(post("/subjects/" + encoded(subject) + "/versions", schema), subject);
        if (answer.status() == 409 || answer.status() == 422) {
            throw new SchemaRejectedException(
                    Reason.INCOMPATIBLE,
                    "the schema registry refuses " + schema.getFullName() + " for " + subject + ": "
                            + answer.message());
        }
        return idIn(answer);
    }

    @Override
    public int idOf(String subject, Schema schema) {
        Answer answer = allowed(post("/subjects/" + encoded(subject), schema), subject);
        if (answer.status() == 404 && answer.errorCode() != 0) {
            throw new SchemaRejectedException(
                    Reason.MISSING,
                    "the schema registry does not have " + schema.getFullName() + " under " + subject
                            + ", and registering it is switched off: " + answer.message());
        }
        return idIn(answer);
    }

    @Override
    public Schema schemaOf(int id) {
        Answer answer = ask("GET", "/schemas/ids/" + id, Optional.empty());
        if (answer.status() == 404 && answer.errorCode() == SCHEMA_NOT_FOUND) {
            throw new UnknownSchemaException(id);
        }
        if (answer.isYes() && answer.tooLong()) {
            throw new UndecodableException(
                    UndecodableException.Reason.UNREADABLE_SCHEMA,
                    "schema " + id + " comes as more than " + MAX_ANSWER_BYTES + " bytes");
        }
        String text = required(answer, "schema").asText();
        String type = answer.body().path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw new UndecodableException(
                    UndecodableException.Reason.UNREADABLE_SCHEMA, "schema " + id + " is of type " + type);
        }
        try {
            return new Schema.Parser().setValidateDefaults(false).parse(text);
        } catch (RuntimeException e) {
            // Text picked by somebody else can make the parser fail in any way.
            throw new UndecodableException(
                    UndecodableException.Reason.UNREADABLE_SCHEMA, "schema " + id + " can't be parsed", e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /**
     * The answer, unless it says that this caller may not ask.
     *
     * @throws SchemaRejectedException where it does
     */
    static Answer allowed(Answer answer, String subject) {
        return switch (answer.status()) {
            case 401 ->
                throw new SchemaRejectedException(
                        Reason.CREDENTIALS,
                        "the schema registry takes no such user, password or token: it answered 401 for " + subject);
            case 403 ->
                throw new SchemaRejectedException(
                        Reason.FORBIDDEN,
                        "the schema registry gives no permission for " + subject + ": it answered 403");
            default -> answer;
        };
    }

    static String encoded(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Answer post(String path, Schema schema) {
        return ask(
                "POST",
                path,
                Optional.of(JSON.createObjectNode()
                        .put("schema", RegisteredForm.of(schema))
                        .toString()));
    }

    private static int idIn(Answer answer) {
        return required(answer, "id").asInt();
    }

    static JsonNode required(Answer answer, String name) {
        JsonNode value = answer.body().path(name);
        if (!answer.isYes() || value.isMissingNode()) {
            throw new RegistryUnavailableException(
                    "the schema registry answered " + answer.status() + ": " + answer.message());
        }
        return value;
    }

    /** The first answer that any address gives; one that tells of its own trouble is passed over. */
    Answer ask(String method, String path, Optional<String> body) {
        int first = preferred;
        var trouble = new RegistryUnavailableException("no schema registry answers at " + addresses);
        for (int i = 0; i < addresses.size(); i++) {
            int index = (first + i) % addresses.size();
            try {
                Answer answer = send(method, URI.create(addresses.get(index) + path), body);
                if (!isTrouble(answer.status())) {
                    preferred = index;
                    return answer;
                }
                trouble.addSuppressed(new IOException(
                        addresses.get(index) + " answered " + answer.status() + ": " + answer.message()));
            } catch (IOException e) {
                trouble.addSuppressed(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RegistryUnavailableException("interrupted while asking the schema registry", e);
            }
        }
        throw trouble;
    }

    private static boolean isTrouble(int status) {
        return status >= 500 || status == 429 || status == 408;
    }

    private Answer send(String method, URI uri, Optional<String> body) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).timeout(timeout).header("Accept", CONTENT_TYPE);
        authorization.ifPresent(value -> request.header("Authorization", value));
        body.ifPresent(text ->
                request.header("Content-Type", CONTENT_TYPE).method(method, HttpRequest.BodyPublishers.ofString(text)));
        HttpResponse<Optional<String>> response = complete(client.sendAsync(request.build(), this::body));
        return new Answer(
                response.statusCode(),
                response.body().map(HttpSchemaRegistry::parsed).orElse(MissingNode.getInstance()),
                response.body().isEmpty());
    }

    private BodySubscriber<Optional<String>> body(HttpResponse.ResponseInfo info) {
        return new BoundedBody(MAX_ANSWER_BYTES);
    }

    /** Waits for the whole answer; the client's own timeout ends with the answer's first line. */
    private HttpResponse<Optional<String>> complete(CompletableFuture<HttpResponse<Optional<String>>> sent)
            throws IOException, InterruptedException {
        try {
            return sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException broken) {
                throw broken;
            }
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no whole answer within " + timeout, e);
        } finally {
            sent.cancel(true);
        }
    }

    private static JsonNode parsed(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}

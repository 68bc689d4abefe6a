package dev.sluice.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.sluice.wire.SchemaRejectedException.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.apache.avro.Schema;

/**
 * A registry behind Confluent's REST API. Its addresses are tried in turn, beginning with the one that answered last.
 *
 * <p>Only an answer in the API's own terms counts as a refusal: 404 with error code 40403 for an id, 404 with any error
 * code for a look-up, 409 and 422 for a registration. For registrations and look-ups, 401 and 403 are refusals too,
 * since waiting does not mend a wrong password. Every other failure, such as a proxy's page, is an {@link
 * UnexpectedAnswerException}; no answer at all is a plain {@link RegistryUnavailableException}. Redirects are not
 * followed: they would take the credentials along.
 */
public final class HttpSchemaRegistry implements SchemaRegistry {
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SCHEMA_NOT_FOUND = 40403;
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    /** A registry's answer, of whatever kind. */
    record Answer(String asked, RegistryAnswer said, JsonNode body, boolean tooLong) {
        int status() {
            return said.status();
        }

        int errorCode() {
            return said.errorCode();
        }

        String message() {
            return said.message();
        }

        boolean isYes() {
            return said.status() / 100 == 2;
        }

        UnexpectedAnswerException unexpected() {
            return new UnexpectedAnswerException(asked, said);
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
     * @param tls for https, where the platform's own trust does not suffice
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
        JsonNode found = schema(id, answer);
        String type = found.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw new UndecodableException(
                    UndecodableException.Reason.UNREADABLE_SCHEMA, "schema " + id + " is of type " + type);
        }
        return ReferencedSchemas.parse(id, found, (subject, version) -> referenced(id, subject, version));
    }

    private JsonNode referenced(int id, String subject, int version) {
        Answer answer = ask("GET", "/subjects/" + encoded(subject) + "/versions/" + version, Optional.empty());
        if (answer.status() == 404 && answer.errorCode() != 0) {
            throw new UnknownSchemaException("schema " + id + " refers to version " + version + " of " + subject
                    + ", which the schema registry does not know");
        }
        return schema(id, answer);
    }

    private static JsonNode schema(int id, Answer answer) {
        if (answer.isYes() && answer.tooLong()) {
            throw new UndecodableException(
                    UndecodableException.Reason.UNREADABLE_SCHEMA,
                    "schema " + id + " comes as more than " + MAX_ANSWER_BYTES + " bytes");
        }
        required(answer, "schema");
        return answer.body();
    }

    /** Whether it answers a question that has nothing to do with any schema, as a registry does. */
    boolean responds() {
        return isList("/schemas/types") || isList("/subjects");
    }

    private boolean isList(String path) {
        try {
            Answer answer = ask("GET", path, Optional.empty());
            return answer.isYes() && (answer.body().isArray() || answer.tooLong());
        } catch (RegistryUnavailableException e) {
            return false;
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
            throw answer.unexpected();
        }
        return value;
    }

    /** The first answer that any address gives. An address that reports a fault of its own is skipped. */
    Answer ask(String method, String path, Optional<String> body) {
        int first = preferred;
        List<Exception> trouble = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            int index = (first + i) % addresses.size();
            try {
                Answer answer = send(method, URI.create(addresses.get(index) + path), body);
                if (!isTrouble(answer.status())) {
                    preferred = index;
                    return answer;
                }
                trouble.add(answer.unexpected());
            } catch (IOException e) {
                trouble.add(new IOException(addresses.get(index) + ": " + RegistryAnswer.oneLine(describe(e)), e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RegistryUnavailableException("interrupted while asking the schema registry", e);
            }
        }
        throw trouble(trouble);
    }

    /** Prefers an answer to a silence, and keeps all the others as suppressed. */
    private static RegistryUnavailableException trouble(List<Exception> trouble) {
        RegistryUnavailableException told = trouble.stream()
                .filter(UnexpectedAnswerException.class::isInstance)
                .map(UnexpectedAnswerException.class::cast)
                .findFirst()
                .<RegistryUnavailableException>map(answered -> answered)
                .orElseGet(() -> new RegistryUnavailableException("no schema registry answers: "
                        + trouble.stream().map(Exception::getMessage).collect(Collectors.joining("; "))));
        trouble.stream().filter(each -> each != told).forEach(told::addSuppressed);
        return told;
    }

    private static String describe(IOException failure) {
        return switch (failure) {
            case HttpConnectTimeoutException slow -> "no connection in time";
            case HttpTimeoutException slow -> "no answer in time";
            case ConnectException unknown
            when unknown.getCause() instanceof ConnectException deeper
                    && deeper.getCause() instanceof UnresolvedAddressException -> "unknown host";
            case ConnectException unknown
            when unknown.getCause() instanceof UnresolvedAddressException -> "unknown host";
            case ConnectException refused when refused.getMessage() == null -> "connection refused";
            default -> {
                String kind = failure.getClass().getSimpleName();
                yield failure.getMessage() == null ? kind : kind + ": " + failure.getMessage();
            }
        };
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
        JsonNode answer = response.body().map(HttpSchemaRegistry::parsed).orElse(MissingNode.getInstance());
        return new Answer(
                uri.toString(),
                RegistryAnswer.of(response.statusCode(), response.headers(), answer),
                answer,
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
            throw new HttpTimeoutException("no whole answer within " + timeout);
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

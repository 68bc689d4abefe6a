package dev.sluice.wire;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * What a Kafka client's configuration says about Avro and the registry. Keys that Confluent's serializers have too mean the
 * same here, so that either reads the same configuration; Sluice's own begin with {@code sluice.}.
 *
 * @param registryUrls base addresses, tried in turn
 * @param userInfo {@code user:password} for basic authentication
 * @param bearerToken for token authentication, where there is no {@code userInfo}
 * @param tls for registries over https
 * @param autoRegister whether the serializer registers schemas that the registry lacks
 * @param valueType full name of the class that values are read as, where the deserializer was not given one
 * @param requestTimeout for one request to one address
 * @param retryBudget how long a call waits for a registry that can't be reached; short of {@code max.poll.interval.ms}
 * @param answerPatience how long a registry that answers others rightly may fail to answer for a schema's id, or say that it
 *     knows none of that id, before that is believed
 * @param maxMessageBytes longest record that is read
 */
public record AvroConfig(
        List<URI> registryUrls,
        Optional<String> userInfo,
        Optional<String> bearerToken,
        RegistryTls tls,
        boolean autoRegister,
        Optional<String> valueType,
        Duration requestTimeout,
        Duration retryBudget,
        Duration answerPatience,
        int maxMessageBytes) {
    public static final String REGISTRY_URL = "schema.registry.url";
    public static final String CREDENTIALS_SOURCE = "basic.auth.credentials.source";
    public static final String USER_INFO = "basic.auth.user.info";
    public static final String TOKEN_SOURCE = "bearer.auth.credentials.source";
    public static final String TOKEN = "bearer.auth.token";
    public static final String TRUSTSTORE = "schema.registry.ssl.truststore.location";
    public static final String TRUSTSTORE_PASSWORD = "schema.registry.ssl.truststore.password";
    public static final String KEYSTORE = "schema.registry.ssl.keystore.location";
    public static final String KEYSTORE_PASSWORD = "schema.registry.ssl.keystore.password";
    public static final String AUTO_REGISTER = "auto.register.schemas";
    public static final String VALUE_TYPE = "specific.avro.value.type";
    public static final String REQUEST_TIMEOUT_MS = "sluice.registry.request.timeout.ms";
    public static final String RETRY_BUDGET_MS = "sluice.registry.retry.budget.ms";
    public static final String ANSWER_PATIENCE_MS = "sluice.registry.answer.patience.ms";
    public static final String MAX_MESSAGE_BYTES = "sluice.avro.max.message.bytes";

    /** All of these keys. */
    public static final Set<String> NAMES = Set.of(
            REGISTRY_URL,
            CREDENTIALS_SOURCE,
            USER_INFO,
            TOKEN_SOURCE,
            TOKEN,
            TRUSTSTORE,
            TRUSTSTORE_PASSWORD,
            KEYSTORE,
            KEYSTORE_PASSWORD,
            AUTO_REGISTER,
            VALUE_TYPE,
            REQUEST_TIMEOUT_MS,
            RETRY_BUDGET_MS,
            ANSWER_PATIENCE_MS,
            MAX_MESSAGE_BYTES);

    public AvroConfig {
        registryUrls = List.copyOf(registryUrls);
    }

    /**
     * Reads the configuration.
     *
     * @throws ConfigException naming the first key that is missing or wrong
     */
    public static AvroConfig of(Map<String, ?> configs) {
        requireSource(configs, CREDENTIALS_SOURCE, "USER_INFO");
        requireSource(configs, TOKEN_SOURCE, "STATIC_TOKEN");
        return new AvroConfig(
                registryUrls(configs.get(REGISTRY_URL)),
                text(configs, USER_INFO),
                text(configs, TOKEN),
                new RegistryTls(
                        store(configs, TRUSTSTORE, TRUSTSTORE_PASSWORD), store(configs, KEYSTORE, KEYSTORE_PASSWORD)),
                flag(configs, AUTO_REGISTER, true),
                configs.get(VALUE_TYPE) instanceof Class<?> type
                        ? Optional.of(type.getName())
                        : text(configs, VALUE_TYPE),
                Duration.ofMillis(number(configs, REQUEST_TIMEOUT_MS, 5_000)),
                Duration.ofMillis(number(configs, RETRY_BUDGET_MS, 60_000)),
                Duration.ofMillis(number(configs, ANSWER_PATIENCE_MS, 60_000)),
                number(configs, MAX_MESSAGE_BYTES, RequestLimits.DEFAULT.maxMessageBytes()));
    }

    /**
     * The registry that the configuration names: answers are cached, and an outage is waited out.
     *
     * @throws ConfigException where a trust or key store can't be used
     */
    public SchemaRegistry connect() {
        return connect(new RegistryCounts());
    }

    /** Connects, and counts what reaches the registry. */
    SchemaRegistry connect(RegistryCounts counts) {
        return new CachingSchemaRegistry(
                new RetryingSchemaRegistry(new CountingSchemaRegistry(http(), counts), retryBudget));
    }

    /**
     * The registry itself: each question goes there once, and nobody waits where it can't be reached.
     *
     * @throws ConfigException where a trust or key store can't be used
     */
    public SchemaRegistry connectDirectly() {
        return http();
    }

    /**
     * Asks once whether a schema registry listens. A registry that refuses the caller, or reports a fault of its own,
     * counts as one.
     *
     * @param patience how long to wait for an answer
     * @return why it is none, or does not answer; empty where it is one
     * @throws ConfigException where a trust or key store can't be used
     */
    public Optional<String> stranger(Duration patience) {
        try (HttpSchemaRegistry registry =
                new HttpSchemaRegistry(registryUrls, authorization(), tls.context(), patience)) {
            registry.schemaOf(0);
        } catch (UndecodableException answered) {
            return Optional.empty();
        } catch (UnexpectedAnswerException other) {
            RegistryAnswer answer = other.answer();
            return answer.errorCode() != 0 || answer.status() == 401 || answer.status() == 429 || answer.status() >= 500
                    ? Optional.empty()
                    : Optional.of(String.valueOf(other.getMessage()));
        } catch (RegistryUnavailableException silent) {
            // One message for each address, without the client's own words before it.
            String each = Arrays.stream(silent.getSuppressed())
                    .map(Throwable::getMessage)
                    .collect(Collectors.joining("; "));
            return Optional.of(each.isEmpty() ? String.valueOf(silent.getMessage()) : each);
        }
        return Optional.empty();
    }

    /**
     * The registry's subjects, for administration. Nobody waits where it can't be reached.
     *
     * @throws ConfigException where a trust or key store can't be used
     */
    public RegistryAdmin administer() {
        return new RegistryAdmin(http());
    }

    HttpSchemaRegistry http() {
        return new HttpSchemaRegistry(registryUrls, authorization(), tls.context(), requestTimeout);
    }

    private Optional<String> authorization() {
        return userInfo.map(
                        info -> "Basic " + Base64.getEncoder().encodeToString(info.getBytes(StandardCharsets.UTF_8)))
                .or(() -> bearerToken.map(token -> "Bearer " + token));
    }

    /** Leaves out the secrets. */
    @Override
    public String toString() {
        return "AvroConfig[registryUrls=" + registryUrls + ", authenticated="
                + (userInfo.isPresent() || bearerToken.isPresent()) + ", tls=" + tls + ", autoRegister="
                + autoRegister + ", valueType=" + valueType + ", requestTimeout=" + requestTimeout + ", retryBudget="
                + retryBudget + ", answerPatience=" + answerPatience + ", maxMessageBytes=" + maxMessageBytes + "]";
    }

    private static List<URI> registryUrls(@Nullable Object value) {
        Stream<String> parts = value instanceof Collection<?> list
                ? list.stream().map(String::valueOf)
                : Stream.of(value == null ? "" : value.toString()).flatMap(text -> Stream.of(text.split(",", -1)));
        List<URI> urls = parts.map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(AvroConfig::registryUrl)
                .toList();
        if (urls.isEmpty()) {
            throw new ConfigException(REGISTRY_URL, value, "must name at least one address");
        }
        return urls;
    }

    private static URI registryUrl(String text) {
        if (!text.startsWith("http://") && !text.startsWith("https://")) {
            throw new ConfigException(REGISTRY_URL, text, "must begin with http:// or https://");
        }
        try {
            URI url = URI.create(text);
            if (url.getRawUserInfo() == null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            throw new ConfigException(REGISTRY_URL, text, "is no address: " + e.getMessage());
        }
        throw new ConfigException(REGISTRY_URL + ": credentials belong in " + USER_INFO + ", not in the address");
    }

    private static void requireSource(Map<String, ?> configs, String key, String only) {
        String source = text(configs, key).orElse(only);
        if (!source.equals(only)) {
            throw new ConfigException(key, source, "only " + only + " is supported");
        }
    }

    private static Optional<RegistryTls.StoreFile> store(Map<String, ?> configs, String location, String password) {
        return text(configs, location)
                .map(path -> new RegistryTls.StoreFile(
                        Path.of(path), text(configs, password).orElse("")));
    }

    private static Optional<String> text(Map<String, ?> configs, String key) {
        return Optional.<Object>ofNullable(configs.get(key))
                .map(Object::toString)
                .filter(text -> !text.isBlank());
    }

    private static boolean flag(Map<String, ?> configs, String key, boolean absent) {
        return switch (text(configs, key).orElse(String.valueOf(absent))) {
            case "true" -> true;
            case "false" -> false;
            case String other -> throw new ConfigException(key, other, "must be true or false");
        };
    }

    private static int number(Map<String, ?> configs, String key, int absent) {
        String text = text(configs, key).orElse(String.valueOf(absent));
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new ConfigException(key, text, "must be a whole number");
        }
        throw new ConfigException(key, text, "must be above 0");
    }
}

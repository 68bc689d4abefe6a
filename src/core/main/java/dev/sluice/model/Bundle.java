package dev.sluice.model;

import dev.sluice.model.BundleManifest.ClassCondition;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.Evaluations;
import dev.sluice.request.Network;
import java.nio.FloatBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A bundle, and how it comes to the device. The networks are called by one thread at a time; the tokenizers may be used
 * and the counters read by any.
 *
 * @param networks those that the bundle has
 * @param tokenizers for each text encoder, what reads its texts
 * @param residence whether the modules are on the device
 * @param counters for each network, what it was called for
 */
public record Bundle(
        BundleManifest manifest,
        BundleIdentity identity,
        Map<Network, RowFunction> networks,
        Map<Network, Tokenizer> tokenizers,
        Optional<Auditor> auditor,
        Residence residence,
        Map<Network, RowCounter> counters)
        implements AutoCloseable {
    public Bundle {
        networks = Map.copyOf(networks);
        tokenizers = Map.copyOf(tokenizers);
        counters = Map.copyOf(counters);
        if (!networks.keySet().equals(counters.keySet())) {
            throw new IllegalArgumentException("counters of " + counters.keySet() + " for " + networks.keySet());
        }
    }

    /** What every image takes once it is sampled: the second stage's steps, and the decoder. */
    public Evaluations laterEvaluations() {
        int upsampling =
                manifest.upsampler().map(stage -> stage.timesteps().size()).orElse(0);
        return new Evaluations(0, 0, 0, 0, 0, upsampling, has(Network.DECODER) ? 1 : 0);
    }

    /** Whether the guide can judge a picture: it looks at the picture itself, and is asked about a class. */
    public boolean guideJudgesPictures() {
        return has(Network.GUIDE)
                && manifest.sample().equals(manifest.image())
                && manifest.target() instanceof ClassCondition;
    }

    /** Stands in for a network. */
    @FunctionalInterface
    public interface Substitution {
        RowFunction of(Network network, RowFunction original);
    }

    /** A bundle that counts rows where they enter the networks. */
    public static Bundle counting(
            BundleManifest manifest,
            BundleIdentity identity,
            Map<Network, RowFunction> networks,
            Map<Network, Tokenizer> tokenizers,
            Optional<Auditor> auditor,
            Residence residence) {
        Map<Network, RowFunction> counted = new EnumMap<>(Network.class);
        Map<Network, RowCounter> counters = new EnumMap<>(Network.class);
        networks.forEach((network, function) -> {
            RowCounter counter = new RowCounter();
            counters.put(network, counter);
            counted.put(network, counter.counting(function));
        });
        return new Bundle(manifest, identity, counted, tokenizers, auditor, residence, counters);
    }

    /** Makes a counting bundle of networks that are always on the device and need no tokenizer. */
    public static Bundle counting(
            BundleManifest manifest, BundleIdentity identity, Map<Network, RowFunction> networks) {
        return counting(manifest, identity, networks, Map.of(), Optional.empty(), Residence.ALWAYS);
    }

    /** The same bundle and counters with other networks. */
    public Bundle with(Substitution substitution) {
        Map<Network, RowFunction> substituted = new EnumMap<>(Network.class);
        networks.forEach((network, original) -> substituted.put(network, substitution.of(network, original)));
        return new Bundle(manifest, identity, substituted, tokenizers, auditor, residence, counters);
    }

    public String name() {
        return manifest.name();
    }

    /** The networks that the bundle has. */
    public Set<Network> has() {
        return networks.keySet();
    }

    public boolean has(Network network) {
        return networks.containsKey(network);
    }

    /** A network of this bundle. */
    public RowFunction network(Network network) {
        return require(networks, network);
    }

    /**
     * Evaluates a network on all rows of a batch.
     *
     * @return its first output, row after row; valid until the buffers are filled again
     * @throws ModelException if the device or the model code fails
     */
    public FloatBuffer evaluate(Network network, RowBuffers rows) {
        return network(network).evaluate(rows).getFirst();
    }

    /** What reads the texts of this encoder. */
    public Tokenizer tokenizer(Network encoder) {
        return require(tokenizers, encoder);
    }

    public RowCounter counter(Network network) {
        return require(counters, network);
    }

    /** Rows evaluated so far in all networks, padding left out. */
    public long rowsUsed() {
        return counters.values().stream().mapToLong(RowCounter::used).sum();
    }

    @Override
    public void close() {
        residence.unload();
    }

    private <T> T require(Map<Network, T> parts, Network network) {
        T part = parts.get(network);
        if (part == null) {
            throw new IllegalStateException(name() + " has no " + network.label());
        }
        return part;
    }
}

package dev.sluice.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.Network;
import dev.sluice.text.FileFault;
import dev.sluice.text.JsonFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A bundle's directory after every file was read and found to have the checksum that the manifest gives it. A
 * TorchScript file is code, so nothing is loaded from a directory that did not come through here.
 */
public record VerifiedBundle(Path directory, BundleManifest manifest, BundleIdentity identity) {
    static final String AUDITOR = "auditor";

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();

    /**
     * What a bundle says of itself, without a look at its other files.
     *
     * @throws BundleException if it can't be read
     */
    public static BundleManifest manifest(Path directory) {
        return parse(directory, bytes(directory));
    }

    private static byte[] bytes(Path directory) {
        try {
            return Files.readAllBytes(directory.resolve("bundle.json"));
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    private static BundleManifest parse(Path directory, byte[] bytes) {
        try {
            return JSON.treeToValue(ManifestDefaults.fill(JSON.readTree(bytes)), BundleManifest.class);
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    private static BundleException unreadable(Path directory, IOException e) {
        return new BundleException(
                "bundle " + directory + ": cannot read bundle.json: "
                        + (e instanceof JsonProcessingException fault
                                ? JsonFault.described(fault)
                                : FileFault.reason(e)),
                e);
    }

    /**
     * Reads the manifest, checks every file that it names, and that its parts agree.
     *
     * @throws BundleException listing every problem found
     */
    public static VerifiedBundle read(Path directory) {
        byte[] bytes = bytes(directory);
        BundleManifest manifest = parse(directory, bytes);
        List<String> problems = new ArrayList<>(ManifestCheck.problems(manifest));
        files(manifest).forEach((role, named) -> problems.addAll(problems(directory, role, named)));
        if (!problems.isEmpty()) {
            throw new BundleException("bundle " + directory + ": " + String.join("; ", problems));
        }
        return new VerifiedBundle(
                directory,
                manifest,
                new BundleIdentity(
                        manifest.name(),
                        manifest.version(),
                        HexFormat.of().formatHex(VerifiedFile.digester().digest(bytes))));
    }

    /** The file of a module, where the bundle has one in that role. */
    Optional<VerifiedFile> module(String role) {
        return Optional.ofNullable(manifest.modules().get(role)).map(module -> file(module.file(), module.sha256()));
    }

    /** A file that the manifest names. */
    VerifiedFile file(String name, String sha256) {
        return new VerifiedFile(directory.resolve(name), sha256);
    }

    /** The tokenizer's file of each text encoder. */
    Map<Network, BundleManifest.TokenizerFile> tokenizerFiles() {
        return tokenizerFiles(manifest);
    }

    private static Map<Network, BundleManifest.TokenizerFile> tokenizerFiles(BundleManifest manifest) {
        Map<Network, BundleManifest.TokenizerFile> files = new EnumMap<>(Network.class);
        if (manifest.condition() instanceof BundleManifest.TextCondition text) {
            files.put(Network.TEXT_ENCODER, text.tokenizer());
        }
        manifest.guideCondition().ifPresent(text -> files.put(Network.GUIDE_TEXT_ENCODER, text.tokenizer()));
        return files;
    }

    /** Every file that the manifest names, by what it is for. */
    private static SortedMap<String, BundleManifest.ModuleFile> files(BundleManifest manifest) {
        SortedMap<String, BundleManifest.ModuleFile> files = new TreeMap<>(manifest.modules());
        tokenizerFiles(manifest)
                .forEach((encoder, file) -> files.put(
                        encoder.label() + "'s tokenizer", new BundleManifest.ModuleFile(file.file(), file.sha256())));
        return files;
    }

    private static List<String> problems(Path directory, String role, BundleManifest.ModuleFile named) {
        // Absolute first: a relative directory such as "." or ".." has no names that the file's could be compared with.
        Path inside = directory.toAbsolutePath().normalize();
        Path file = inside.resolve(named.file()).normalize();
        if (!file.startsWith(inside)) {
            return List.of(role + ": " + named.file() + " lies outside the bundle");
        }
        if (!Files.isRegularFile(file)) {
            return List.of(role + ": " + named.file() + " is missing");
        }
        try {
            new VerifiedFile(file, named.sha256()).read(content -> {});
            return List.of();
        } catch (BundleException e) {
            return List.of(role + ": " + e.getMessage());
        } catch (IOException e) {
            return List.of(role + ": " + named.file() + " cannot be read: " + FileFault.reason(e));
        }
    }
}

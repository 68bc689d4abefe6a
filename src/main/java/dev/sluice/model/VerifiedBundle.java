package dev.sluice.model;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.request.BundleIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A bundle's directory after every file was read and found to have the checksum that the manifest gives it. A
 * TorchScript file is code, so nothing is loaded from a directory that did not come through here.
 */
public record VerifiedBundle(Path directory, BundleManifest manifest, BundleIdentity identity) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();

    /**
     * Reads the manifest and checks every module file.
     *
     * @throws BundleException listing every problem found
     */
    public static VerifiedBundle read(Path directory) {
        Path file = directory.resolve("bundle.json");
        byte[] bytes;
        BundleManifest manifest;
        try {
            bytes = Files.readAllBytes(file);
            manifest = JSON.treeToValue(ManifestDefaults.fill(JSON.readTree(bytes)), BundleManifest.class);
        } catch (IOException e) {
            throw new BundleException("bundle " + directory + ": cannot read bundle.json: " + e.getMessage(), e);
        }
        List<String> problems = problems(directory, manifest);
        if (!problems.isEmpty()) {
            throw new BundleException("bundle " + directory + ": " + String.join("; ", problems));
        }
        return new VerifiedBundle(
                directory, manifest, new BundleIdentity(manifest.name(), manifest.version(), sha256(bytes)));
    }

    /** The file of a module, or null where the bundle has no module in that role. */
    @Nullable
    Path module(String role) {
        BundleManifest.ModuleFile module = manifest.modules().get(role);
        return module == null ? null : directory.resolve(module.file());
    }

    private static List<String> problems(Path directory, BundleManifest manifest) {
        List<String> problems = new ArrayList<>();
        if (manifest.formatVersion() != BundleManifest.FORMAT_VERSION) {
            problems.add("formatVersion is " + manifest.formatVersion() + ", this release reads "
                    + BundleManifest.FORMAT_VERSION);
        }
        if (!manifest.modules().containsKey("denoiser")) {
            problems.add("no module in the role denoiser");
        }
        int guidedChannels = manifest.guidance().guidedChannels();
        if (guidedChannels < 0 || guidedChannels > manifest.sample().channels()) {
            problems.add("guidance.guidedChannels is " + guidedChannels + ", sample.channels is "
                    + manifest.sample().channels());
        }
        for (Map.Entry<String, BundleManifest.ModuleFile> module : new TreeMap<>(manifest.modules()).entrySet()) {
            problems.addAll(problems(directory, module.getKey(), module.getValue()));
        }
        return problems;
    }

    private static List<String> problems(Path directory, String role, BundleManifest.ModuleFile module) {
        // Absolute first: a relative directory such as "." or ".." has no names that the file's could be compared with.
        Path inside = directory.toAbsolutePath().normalize();
        Path file = inside.resolve(module.file()).normalize();
        if (!file.startsWith(inside)) {
            return List.of(role + ": " + module.file() + " lies outside the bundle");
        }
        if (!Files.isRegularFile(file)) {
            return List.of(role + ": " + module.file() + " is missing");
        }
        try {
            String found = sha256(Files.readAllBytes(file));
            return found.equals(module.sha256())
                    ? List.of()
                    : List.of(role + ": " + module.file() + " has checksum " + found + ", the manifest says "
                            + module.sha256());
        } catch (IOException e) {
            return List.of(role + ": " + module.file() + " cannot be read: " + e.getMessage());
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

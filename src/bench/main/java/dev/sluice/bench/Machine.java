package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What figures were measured on.
 *
 * @param cores that this process may use
 * @param memoryGb in units of 2^30 bytes; 0 where the system doesn't say
 * @param device that the modules run on
 */
public record Machine(String cpu, int cores, long memoryGb, String device, String os) {
    private static final Pattern CPU = Pattern.compile("(?m)^model name\\s*:\\s*(.+)$");
    private static final Pattern MEMORY = Pattern.compile("(?m)^MemTotal:\\s*(\\d+) kB$");

    /** The machine that this process runs on. */
    public static Machine here(String device) {
        return new Machine(
                find(CPU, "/proc/cpuinfo").map(String::strip).orElse(System.getProperty("os.arch", "unknown")),
                Runtime.getRuntime().availableProcessors(),
                Math.round(find(MEMORY, "/proc/meminfo").map(Long::parseLong).orElse(0L) / (1024.0 * 1024)),
                device,
                System.getProperty("os.name", "") + " " + System.getProperty("os.version", ""));
    }

    private static Optional<String> find(Pattern pattern, String file) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(Path.of(file)));
            return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

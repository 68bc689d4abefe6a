import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * {@code java OnePlatform.java FOLDER}: takes the native libraries of all platforms but one, Linux on x86-64 with the GNU C
 * library, out of the jars there. A jar without such stays as it is, to the byte; one that has them is written anew with its
 * entries in their order and with fixed times, so that it is the same on every machine. It fails at a signed jar, whose
 * signature would not hold any more.
 */
final class OnePlatform {
    private static final Pattern LIBRARY = Pattern.compile(".*\\.(so(\\.\\d+)*|dylib|jnilib|dll|a|sl)");
    /** Systems whose libraries look like Linux' own, and the other C library. */
    private static final Pattern OTHERS =
            Pattern.compile(".*(musl|android|freebsd|openbsd|netbsd|dragonfly|sunos|solaris|aix|/cu\\d+/).*");

    private static final int X86_64 = 62;

    public static void main(String[] arguments) throws IOException {
        List<Path> jars;
        try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
            jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
        long before = 0;
        long after = 0;
        for (Path jar : jars) {
            before += Files.size(jar);
            rewrite(jar);
            after += Files.size(jar);
        }
        System.out.printf(
                Locale.ROOT, "%d jars, %d MB with all platforms, %d MB with one%n", jars.size(), before >> 20, after >> 20);
    }

    private static void rewrite(Path jar) throws IOException {
        Path part = jar.resolveSibling(jar.getFileName() + ".part");
        try (ZipFile archive = new ZipFile(jar.toFile())) {
            List<ZipEntry> kept = new ArrayList<>();
            for (ZipEntry entry : archive.stream().toList()) {
                if (!isOthers(archive, entry)) {
                    kept.add(entry);
                }
            }
            if (kept.size() == archive.size()) {
                return;
            }
            if (archive.stream().anyMatch(entry -> entry.getName().matches("META-INF/[^/]+\\.SF"))) {
                throw new IOException(jar + " is signed, and its signature is of all its native libraries.");
            }
            write(archive, kept, part);
        }
        Files.delete(jar);
        Files.move(part, jar);
    }

    private static void write(ZipFile archive, List<ZipEntry> kept, Path target) throws IOException {
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(target));
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (ZipEntry entry : kept) {
                byte[] content = archive.getInputStream(entry).readAllBytes();
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTimeLocal(java.time.LocalDateTime.of(1980, 2, 1, 0, 0));
                copy.setMethod(entry.getMethod());
                if (entry.getMethod() == ZipEntry.STORED) {
                    CRC32 checksum = new CRC32();
                    checksum.update(content);
                    copy.setSize(content.length);
                    copy.setCrc(checksum.getValue());
                }
                out.putNextEntry(copy);
                out.write(content);
                out.closeEntry();
            }
        }
    }

    /** By what its first bytes say, and only where its name is a library's. */
    private static boolean isOthers(ZipFile archive, ZipEntry entry) throws IOException {
        String name = entry.getName().toLowerCase(Locale.ROOT);
        if (!LIBRARY.matcher(name).matches()) {
            return false;
        }
        byte[] head;
        try (var content = archive.getInputStream(entry)) {
            head = content.readNBytes(20);
        }
        String magic = HexFormat.of().formatHex(head, 0, Math.min(4, head.length));
        boolean elf = magic.equals(HexFormat.of().formatHex("\177ELF".getBytes(StandardCharsets.ISO_8859_1)));
        return !elf || (head[18] & 0xff) != X86_64 || head[4] != 2 || OTHERS.matcher(name).matches();
    }
}

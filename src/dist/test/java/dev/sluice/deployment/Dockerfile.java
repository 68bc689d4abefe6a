package dev.sluice.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Dockerfile's stages in their order.
 *
 * @param arguments those before the first stage, which may stand in the names of base images
 */
record Dockerfile(Map<String, String> arguments, List<BuildStage> stages) {
    private static final Pattern FROM = Pattern.compile("(\\S+)\\s+AS\\s+(\\S+)");

    /** One line, with its continuations joined. */
    record Instruction(String name, String text) {
        List<String> words() {
            return List.of(text.split("\\s+"));
        }
    }

    /** @param base an image, with arguments put in, or an earlier stage */
    record BuildStage(String name, String base, List<Instruction> instructions) {
        Stream<Instruction> all(String instruction) {
            return instructions.stream().filter(one -> one.name().equals(instruction));
        }
    }

    static Dockerfile read(Path file) {
        Map<String, String> arguments = new HashMap<>();
        List<BuildStage> stages = new ArrayList<>();
        for (Instruction instruction : instructions(file)) {
            if (instruction.name().equals("FROM")) {
                Matcher from = FROM.matcher(instruction.text());
                if (!from.matches()) {
                    throw new IllegalArgumentException("a stage without a name: FROM " + instruction.text());
                }
                stages.add(new BuildStage(from.group(2), resolve(from.group(1), arguments), new ArrayList<>()));
            } else if (stages.isEmpty()) {
                String[] parts = instruction.text().split("=", 2);
                arguments.put(parts[0], parts[1]);
            } else {
                stages.getLast().instructions().add(instruction);
            }
        }
        return new Dockerfile(arguments, stages);
    }

    BuildStage stage(String name) {
        return stages.stream()
                .filter(stage -> stage.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no stage " + name));
    }

    boolean hasStage(String name) {
        return stages.stream().anyMatch(stage -> stage.name().equals(name));
    }

    /** The stage and those that it stands on, the lowest first. */
    List<BuildStage> lineage(String name) {
        List<BuildStage> lineage = new ArrayList<>();
        for (String at = name; hasStage(at); at = lineage.getFirst().base()) {
            lineage.addFirst(stage(at));
        }
        return lineage;
    }

    /** The environment of a container of that stage. */
    Map<String, String> environment(String name) {
        Map<String, String> environment = new HashMap<>();
        lineage(name).stream().flatMap(stage -> stage.all("ENV")).forEach(env -> {
            for (String word : env.words()) {
                String[] parts = word.split("=", 2);
                environment.put(parts[0], parts[1]);
            }
        });
        return environment;
    }

    private static String resolve(String image, Map<String, String> arguments) {
        String resolved = image;
        for (Map.Entry<String, String> argument : arguments.entrySet()) {
            resolved = resolved.replace("${" + argument.getKey() + "}", argument.getValue());
        }
        return resolved;
    }

    private static List<Instruction> instructions(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            List<Instruction> instructions = new ArrayList<>();
            StringBuilder open = new StringBuilder();
            lines.filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
                boolean goesOn = line.endsWith("\\");
                open.append(goesOn ? line.substring(0, line.length() - 1) : line);
                if (!goesOn) {
                    String[] parts = open.toString().strip().split("\\s+", 2);
                    instructions.add(new Instruction(parts[0].toUpperCase(Locale.ROOT), parts[1]));
                    open.setLength(0);
                }
            });
            return instructions;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

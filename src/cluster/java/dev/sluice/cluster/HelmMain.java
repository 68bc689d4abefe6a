package dev.sluice.cluster;

import com.marcnuri.helm.InstallCommand;
import com.marcnuri.helm.UpgradeCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the documents use of Helm's command line, on Helm's library: {@code install}, {@code upgrade [--install]} with
 * {@code --namespace}, {@code --values}, {@code --set}, {@code --wait}, {@code --atomic}, {@code --timeout}, {@code --reuse-values},
 * {@code --create-namespace}, and {@code uninstall}. Reads KUBECONFIG.
 */
public final class HelmMain {
    private static final Set<String> FLAGS = Set.of(
            "--install",
            "--wait",
            "--atomic",
            "--reuse-values",
            "--reset-then-reuse-values",
            "--force",
            "--create-namespace");

    private final List<String> words = new ArrayList<>();
    private final List<Path> values = new ArrayList<>();
    private final Map<String, String> set = new HashMap<>();
    private final Set<String> flags = new HashSet<>();
    private String namespace = "default";
    private int timeoutSeconds = 300;

    private HelmMain(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "-n", "--namespace" -> namespace = arguments.get(++i);
                case "-f", "--values" -> values.add(Path.of(arguments.get(++i)));
                case "--set" -> {
                    String[] pair = arguments.get(++i).split("=", 2);
                    set.put(pair[0], pair[1]);
                }
                case "--timeout" -> timeoutSeconds = seconds(arguments.get(++i));
                default -> {
                    if (FLAGS.contains(argument)) {
                        flags.add(argument);
                    } else if (argument.startsWith("-")) {
                        throw new IllegalArgumentException("unknown option " + argument);
                    } else {
                        words.add(argument);
                    }
                }
            }
        }
    }

    public static void main(String[] args) {
        try {
            new HelmMain(List.of(args)).run();
        } catch (RuntimeException e) {
            System.err.println("Error: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run() {
        String command = words.getFirst();
        switch (command) {
            case "install" -> install();
            case "upgrade" -> upgrade();
            case "uninstall" ->
                System.out.println(com.marcnuri.helm.Helm.uninstall(words.get(1))
                        .withNamespace(namespace)
                        .withKubeConfig(kubeconfig())
                        .call());
            default -> throw new IllegalArgumentException("unknown command " + command);
        }
    }

    private void install() {
        InstallCommand command = chart().install()
                .withName(words.get(1))
                .withNamespace(namespace)
                .withKubeConfig(kubeconfig())
                .withTimeout(timeoutSeconds);
        values.forEach(command::withValuesFile);
        set.forEach(command::set);
        flags.forEach(flag -> {
            switch (flag) {
                case "--wait" -> command.waitReady();
                case "--atomic" -> command.atomic();
                case "--create-namespace" -> command.createNamespace();
                default -> throw new IllegalArgumentException("install has no " + flag);
            }
        });
        System.out.println(command.call().getStatus());
    }

    private void upgrade() {
        UpgradeCommand command = chart().upgrade()
                .withName(words.get(1))
                .withNamespace(namespace)
                .withKubeConfig(kubeconfig())
                .withTimeout(timeoutSeconds);
        values.forEach(command::withValuesFile);
        set.forEach(command::set);
        flags.forEach(flag -> {
            switch (flag) {
                case "--install" -> command.install();
                case "--wait" -> command.waitReady();
                case "--atomic" -> command.atomic();
                case "--reuse-values" -> command.reuseValues();
                case "--reset-then-reuse-values" -> command.resetThenReuseValues();
                case "--force" -> command.force();
                default -> command.createNamespace();
            }
        });
        System.out.println(command.call().getStatus());
    }

    private com.marcnuri.helm.Helm chart() {
        return new com.marcnuri.helm.Helm(Path.of(words.get(2)));
    }

    private static Path kubeconfig() {
        return Path.of(Objects.requireNonNull(System.getenv("KUBECONFIG"), "KUBECONFIG"));
    }

    private static int seconds(String text) {
        return text.chars().allMatch(Character::isDigit)
                ? Integer.parseInt(text)
                : (int) Duration.parse("PT" + text).toSeconds();
    }
}

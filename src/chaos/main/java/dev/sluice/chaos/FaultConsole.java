package dev.sluice.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Commands to a worker of the fault suite on its standard input, one a line, each answered by {@code ok} or {@code no}
 * and the command:
 *
 * <ul>
 *   <li>{@code arm MILESTONE COUNT}: the COUNTth request from now that reaches it stands still there, after the line
 *       {@code at MILESTONE REQUEST-ID}
 *   <li>{@code clock SECONDS}: the system clock jumps, back where negative
 *   <li>{@code oom COUNT}: so many device calls find no memory
 *   <li>{@code fault COUNT}: so many device calls fail
 * </ul>
 *
 * The end of the input means that whoever made the process is gone, and ends it. Commands are read on a thread of this
 * object's.
 */
public final class FaultConsole {
    private final Consumer<String> answers;
    private final Failpoints failpoints;
    private final JumpingClock clock = new JumpingClock();
    private final DeviceFaults device = new DeviceFaults();

    /** @param answers takes each line of an answer, on any thread */
    FaultConsole(Consumer<String> answers) {
        this.answers = answers;
        failpoints = new Failpoints(answers);
    }

    /** Listens from now on; the process ends at once, without its shutdown hooks, where the input does. */
    public static FaultConsole listen(InputStream commands, PrintStream answers) {
        FaultConsole console = new FaultConsole(line -> {
            answers.println(line);
            answers.flush();
        });
        Thread.ofPlatform().name("sluice-failpoints").daemon(true).start(() -> {
            console.obeyAll(new BufferedReader(new InputStreamReader(commands, StandardCharsets.UTF_8)));
            Runtime.getRuntime().halt(1);
        });
        return console;
    }

    Failpoints failpoints() {
        return failpoints;
    }

    public JumpingClock clock() {
        return clock;
    }

    public DeviceFaults device() {
        return device;
    }

    private void obeyAll(BufferedReader commands) {
        try {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                obey(line);
            }
        } catch (IOException e) {
            answers.accept("no more commands: " + e.getMessage());
        }
    }

    void obey(String line) {
        String[] words = line.strip().split(" +", -1);
        try {
            switch (words[0]) {
                case "arm" -> failpoints.arm(Milestone.valueOf(words[1]), Integer.parseInt(words[2]));
                case "clock" -> clock.jump(Duration.ofSeconds(Long.parseLong(words[1])));
                case "oom" -> device.outOfMemory(Integer.parseInt(words[1]));
                case "fault" -> device.broken(Integer.parseInt(words[1]));
                default -> throw new IllegalArgumentException("no such command");
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            answers.accept("no " + line);
            return;
        }
        answers.accept("ok " + line);
    }
}

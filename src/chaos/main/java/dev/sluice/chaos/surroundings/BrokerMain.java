package dev.sluice.chaos.surroundings;

import dev.sluice.embedded.EmbeddedKafka;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * A broker in a JVM of its own. Arguments: folder, port, advertised port. Prints {@value #READY} once it takes clients;
 * stops in good order at the line {@value #STOP}, and at once when its standard input ends, as it does when the process
 * that started it is gone.
 */
public final class BrokerMain {
    static final String READY = "ready";
    static final String STOP = "stop";

    /** Aborts a killed worker's transaction one second after its timeout, not ten. */
    private static final Map<String, String> SETTINGS =
            Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");

    private BrokerMain() {}

    public static void main(String[] args) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        EmbeddedKafka kafka = EmbeddedKafka.start(
                Path.of(args[0]),
                Integer.parseInt(args[1]),
                Integer.parseInt(args[2]),
                Integer.parseInt(args[3]),
                SETTINGS);
        System.out.println(READY);
        System.out.flush();
        if (!STOP.equals(commands.readLine())) {
            Runtime.getRuntime().halt(1);
        }
        kafka.close();
        System.exit(0);
    }
}

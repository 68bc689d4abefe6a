package dev.sluice.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * {@code java -cp sluice.jar dev.sluice.cli.Ready [PORT]}: whether the worker of this container is ready, by its exit
 * code. For health checks where nothing else can ask, since the image has no shell. It is a program of its own, on
 * sockets alone, because a check runs every few seconds for ever, and its cost is the classes that it loads. It waits
 * four seconds at most for each step.
 */
final class Ready {
    private static final int TIMEOUT_MS = 4000;
    private static final int PORT = 8080;

    private Ready() {}

    /** Exit code 0 where it is ready; 1 where it isn't, with what it said. */
    public static void main(String[] arguments) {
        int port = arguments.length == 0 ? PORT : Integer.parseInt(arguments[0]);
        String answer;
        try {
            answer = ask(port);
        } catch (IOException e) {
            answer = "Nobody answers on port " + port + ": " + e.getMessage();
        }
        boolean ready = answer.matches("(?s)HTTP/1\\.[01] 200 .*");
        if (!ready) {
            System.err.println(answer.substring(answer.indexOf("\r\n\r\n") + 1).strip());
        }
        System.exit(ready ? 0 : 1);
    }

    private static String ask(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write("GET /health/ready HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            return answer.toString(StandardCharsets.UTF_8);
        }
    }
}

package dev.sluice.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Simulates a listener that says the same to everybody who asks, and hangs up. Any thread closes it. */
final class Speaker implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());

    Speaker(byte[] answer) throws IOException {
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    try (Socket caller = socket.accept()) {
                        if (caller.getInputStream().read(new byte[1024]) > 0) {
                            caller.getOutputStream().write(answer);
                            caller.shutdownOutput();
                        }
                    }
                }
            } catch (IOException closed) {
                // The test is over.
            }
        });
    }

    /** A broker that greets, and understands nothing else. */
    static Speaker broker() throws IOException {
        return new Speaker(HexFormat.of().parseHex("0000000a736c6375000000000000"));
    }

    /** A registry that knows no schema. */
    static Speaker registry() throws IOException {
        return http("404 Not Found", "application/json", "{\"error_code\":40403,\"message\":\"no\"}");
    }

    static Speaker http(String status, String type, String body) throws IOException {
        return new Speaker(("HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII));
    }

    int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

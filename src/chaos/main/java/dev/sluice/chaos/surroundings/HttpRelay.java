package dev.sluice.chaos.surroundings;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Passes requests on to one server, each over a connection of its own, and leaves their headers as they are: {@code Host} too,
 * which a signature covers. It speaks HTTP 1.0 to the server, whose answer then ends with its length or with the connection.
 *
 * <p>Stateless; any thread may call, and waits for the answer.
 */
final class HttpRelay {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Headers that belong to one connection and not to the request. */
    private static final Set<String> HOP_BY_HOP = Set.of("connection", "expect", "transfer-encoding", "content-length");

    private final URI server;

    HttpRelay(URI server) {
        this.server = server;
    }

    /**
     * The server's answer.
     *
     * @throws IOException where it can't be reached, is silent for half a minute, or hangs up in mid-answer
     */
    HttpMessage send(HttpMessage request) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            OutputStream out = socket.getOutputStream();
            out.write(head(request).getBytes(StandardCharsets.ISO_8859_1));
            out.write(request.body());
            out.flush();
            boolean bodiless = request.start().startsWith("HEAD ");
            return readAnswer(socket.getInputStream(), bodiless);
        }
    }

    private static String head(HttpMessage request) {
        StringBuilder head = new StringBuilder(request.start()).append(" HTTP/1.0\r\n");
        request.headers().forEach((name, values) -> {
            if (!HOP_BY_HOP.contains(name)) {
                values.forEach(
                        value -> head.append(name).append(": ").append(value).append("\r\n"));
            }
        });
        return head.append("content-length: ")
                .append(request.body().length)
                .append("\r\n\r\n")
                .toString();
    }

    private static HttpMessage readAnswer(InputStream in, boolean bodiless) throws IOException {
        String start = readLine(in);
        Map<String, List<String>> headers = new TreeMap<>();
        for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon), none -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        HttpMessage head = new HttpMessage(start.split(" ", 2)[1], headers, new byte[0]);
        if (bodiless) {
            return head;
        }
        byte[] body = in.readAllBytes();
        int length = head.header("content-length").map(Integer::parseInt).orElse(body.length);
        if (body.length < length) {
            throw new EOFException("the server hung up after " + body.length + " of " + length + " bytes");
        }
        return new HttpMessage(head.start(), headers, body);
    }

    private static String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the server hung up before its answer");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}

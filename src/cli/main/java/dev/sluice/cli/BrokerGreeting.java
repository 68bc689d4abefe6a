package dev.sluice.cli;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * The first question of Kafka's protocol, which every broker answers before it knows who asks: ApiVersions, version 0
 * (https://kafka.apache.org/protocol). It is written here by hand, since Kafka's client goes on trying for long where
 * nobody answers.
 */
final class BrokerGreeting {
    private static final Duration CONNECT = Duration.ofSeconds(3);

    /** A broker that starts, or is busy, takes its time. */
    private static final Duration LONGEST = Duration.ofSeconds(6);

    private static final short API_VERSIONS = 18;
    private static final short VERSION = 0;
    private static final short NO_CLIENT_ID = -1;
    private static final int CORRELATION = 0x736c6375;
    private static final int REQUEST_BYTES = 2 + 2 + 4 + 2;
    private static final int LONGEST_ANSWER = 1 << 20;

    private BrokerGreeting() {}

    /**
     * Asks.
     *
     * @param most how long an answer may take, up to a few seconds
     * @return why it is no broker that listens there, or none that speaks in plain text; empty where it is one
     */
    static Optional<String> stranger(InetSocketAddress address, Duration most) {
        Duration patience = most.compareTo(LONGEST) < 0 ? most : LONGEST;
        try (Socket socket = new Socket()) {
            socket.connect(address, (int) CONNECT.toMillis());
            socket.setSoTimeout((int) patience.toMillis());
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(4 + REQUEST_BYTES)
                            .putInt(REQUEST_BYTES)
                            .putShort(API_VERSIONS)
                            .putShort(VERSION)
                            .putInt(CORRELATION)
                            .putShort(NO_CLIENT_ID)
                            .array());
            DataInputStream answer = new DataInputStream(socket.getInputStream());
            int length = answer.readInt();
            boolean broker = length > 4 && length < LONGEST_ANSWER && answer.readInt() == CORRELATION;
            return broker ? Optional.empty() : Optional.of("it speaks something else");
        } catch (SocketTimeoutException silent) {
            return Optional.of("no answer within " + patience.toSeconds() + " s");
        } catch (EOFException | SocketException closed) {
            return Optional.of("it closes the connection");
        } catch (IOException broken) {
            return Optional.of(String.valueOf(broken.getMessage()));
        }
    }
}

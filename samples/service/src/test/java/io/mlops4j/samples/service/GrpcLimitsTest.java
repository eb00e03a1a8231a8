package io.mlops4j.samples.service;

import static io.mlops4j.samples.service.Http2Socket.DATA;
import static io.mlops4j.samples.service.Http2Socket.END_STREAM;
import static io.mlops4j.samples.service.Http2Socket.GOAWAY;
import static io.mlops4j.samples.service.Http2Socket.PING;
import static io.mlops4j.samples.service.Http2Socket.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.samples.service.Http2Socket.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;
import org.apache.arrow.util.AutoCloseables;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of gRPC that send too much, too slowly or too often, frame by frame. */
class GrpcLimitsTest {
  private static final int MOST_CONNECTIONS = 8;
  private static final int ENHANCE_YOUR_CALM = 11; // RFC 9113, 7
  private static final int REFUSED_STREAM = 7;
  private static final int CANCEL = 8;
  private static final Map<Integer, Integer> NO_WINDOW = Map.of(4, 0); // INITIAL_WINDOW_SIZE

  private static final Logger GRPC = Logger.getLogger("io.grpc");
  private static final ByteArrayOutputStream LOGGED = new ByteArrayOutputStream();
  private static final Handler LOG = new StreamHandler(LOGGED, new SimpleFormatter());

  @TempDir static Path folder;
  private static RunningService service;

  @BeforeAll
  static void start() {
    GRPC.addHandler(LOG);
    service =
        RunningService.start(
            folder,
            "MLOPS_MAX_CONNECTIONS",
            Integer.toString(MOST_CONNECTIONS),
            "MLOPS_READ_TIMEOUT",
            "400ms",
            "MLOPS_DEADLINE",
            "400ms",
            "MLOPS_MAX_CALLS",
            "4",
            "MLOPS_MAX_BODY",
            "10000",
            "MLOPS_GRPC_IDLE",
            "2s");
  }

  @AfterAll
  static void stop() {
    service.close();
    GRPC.removeHandler(LOG);
    LOG.flush();
    assertThat(LOGGED.toString(StandardCharsets.UTF_8)).as("what clients made it log").isEmpty();
  }

  private static Http2Socket connect() throws IOException {
    return Http2Socket.connect(service.service.grpcPort(), Map.of());
  }

  /** Calls ServerLive; null if the server has disconnected. */
  private static Frame live(Http2Socket client, int stream) throws IOException {
    client.call(stream, "ServerLive");
    client.send(DATA, END_STREAM, stream, Http2Socket.message(new byte[0]));
    return client.read(DATA);
  }

  @Test
  void connectionsAboveTheLimitAreClosedAndLeaveRoomForOthers() throws Exception {
    List<Http2Socket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < MOST_CONNECTIONS; i++) {
        clients.add(connect());
        assertThat(live(clients.get(i), 1)).as("connection " + i).isNotNull();
      }
      try (Socket socket =
          new Socket(InetAddress.getLoopbackAddress(), service.service.grpcPort())) {
        socket.setSoTimeout(20_000);
        assertThat(isClosed(socket)).isTrue();
      }
      assertThat(live(clients.get(0), 3)).isNotNull();
    } finally {
      AutoCloseables.close(clients);
    }
    boolean answered = false;
    for (int i = 0; i < 1_000 && !answered; i++) { // until the server has seen the ends
      try (Http2Socket next = connect()) {
        answered = live(next, 1) != null;
      } catch (SocketException e) {
        assertThat(e).hasMessageMatching("(?s).*(reset|[Bb]roken pipe|aborted).*");
      }
    }
    assertThat(answered).isTrue();
  }

  private static boolean isClosed(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true; // reset
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"})
  void aClientThatIsNoneOfHttp2IsDisconnected(String sent) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.service.grpcPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
          .doesNotContain("Exception", "\tat ");
    }
  }

  @Test
  void aRequestThatDoesNotArriveEnds() throws IOException {
    try (Http2Socket client = connect()) {
      for (int i = 0; i < 4; i++) { // all that a connection may have
        client.call(2 * i + 1, "ModelInfer");
        client.send(DATA, 0, 2 * i + 1, ByteBuffer.allocate(6).put((byte) 0).putInt(100).array());
      }
      for (int i = 0; i < 4; i++) {
        Frame end = client.read(RST_STREAM);
        assertThat(end).isNotNull();
        assertThat(end.error()).isEqualTo(CANCEL);
      }
      assertThat(live(client, 9)).as("another call of the connection").isNotNull();
    }
  }

  @Test
  void anAnswerThatIsNotReadEnds() throws IOException {
    try (Http2Socket client = Http2Socket.connect(service.service.grpcPort(), NO_WINDOW)) {
      client.call(1, "ServerLive");
      client.send(DATA, END_STREAM, 1, Http2Socket.message(new byte[0]));
      Frame end = client.read(RST_STREAM);
      assertThat(end).isNotNull();
      assertThat(end.error()).isEqualTo(CANCEL);
    }
  }

  @Test
  void aConnectionWithoutCallsIsClosed() throws IOException {
    try (Http2Socket client = connect()) {
      assertThat(live(client, 1)).isNotNull();
      Frame end = client.read(GOAWAY);
      assertThat(end).isNotNull();
      assertThat(end.content()).contains("max_idle");
    }
  }

  @Test
  void aClientThatSendsManyPingsIsDisconnected() throws IOException {
    try (Http2Socket client = connect()) {
      assertThat(live(client, 1)).isNotNull();
      for (int i = 0; i < 5; i++) {
        client.send(PING, 0, 0, new byte[8]);
      }
      Frame end = client.read(GOAWAY);
      assertThat(end).isNotNull();
      assertThat(end.error()).isEqualTo(ENHANCE_YOUR_CALM);
      assertThat(end.content()).contains("too_many_pings");
    }
  }

  /** The attack "rapid reset" (CVE-2023-44487). */
  @Test
  void aClientThatCancelsManyCallsIsDisconnected() throws IOException {
    try (Http2Socket client = connect()) {
      try {
        for (int i = 0; i < 5_000; i++) {
          client.call(2 * i + 1, "ServerLive");
          client.send(RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, CANCEL});
        }
      } catch (SocketException e) {
        assertThat(e).hasMessageMatching("(?s).*(reset|[Bb]roken pipe|aborted).*");
        return; // disconnected
      }
      Frame end = client.read(GOAWAY);
      assertThat(end == null || end.error() == ENHANCE_YOUR_CALM).isTrue();
    }
  }

  @Test
  void aConnectionHasNoMoreCallsThanTheLimit() throws IOException {
    try (Http2Socket client = connect()) {
      assertThat(live(client, 1)).as("the settings have arrived").isNotNull();
      for (int i = 1; i <= 5; i++) {
        client.call(2 * i + 1, "ModelInfer");
      }
      Frame refused = client.read(RST_STREAM);
      assertThat(refused).isNotNull();
      assertThat(refused.stream()).isEqualTo(11);
      assertThat(refused.error()).isEqualTo(REFUSED_STREAM);
    }
  }
}

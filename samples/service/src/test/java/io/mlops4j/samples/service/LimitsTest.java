package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.samples.service.inference.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.util.AutoCloseables;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send too much, too slowly or too often, over plain sockets. */
class LimitsTest {
  private static final int MAX_BODY = 10_000;

  @TempDir static Path folder;
  private static RunningService service;

  @BeforeAll
  static void start() {
    service =
        RunningService.start(
            folder,
            "MLOPS_MAX_BODY",
            Integer.toString(MAX_BODY),
            "MLOPS_READ_TIMEOUT",
            "400ms",
            "MLOPS_MAX_CALLS",
            "2");
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.service.port());
    socket.setSoTimeout(5_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /** All bytes until the server closes the connection. */
  private static String response(Socket socket) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(read);
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset"); // closed with our bytes unread
    }
    return read.toString(StandardCharsets.UTF_8);
  }

  private static String head(String length) {
    return "POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + length
        + "\r\n\r\n";
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedBeforeItIsSent() throws IOException {
    try (Socket socket = connect()) {
      send(socket, head("Content-Length: 999999999"));
      assertThat(response(socket)).startsWith("HTTP/1.1 413 ").contains("{\"error\":\"");
    }
  }

  @Test
  void aBodyOfUnknownLengthIsRefusedWhenItIsTooLarge() throws IOException {
    try (Socket socket = connect()) {
      send(socket, head("Transfer-Encoding: chunked"));
      send(socket, "2000\r\n" + " ".repeat(0x2000) + "\r\n1000\r\n" + " ".repeat(0x1000) + "\r\n");
      assertThat(response(socket)).startsWith("HTTP/1.1 413 ").contains("{\"error\":\"");
    }
  }

  /** As most clients, which read no answer before they have sent all. */
  @Test
  void aClientThatSendsTooMuchGetsItsAnswer(@TempDir Path other) throws IOException {
    byte[] large = new byte[8 << 20];
    try (RunningService patient = RunningService.start(other, "MLOPS_MAX_BODY", "10000")) {
      for (String length :
          List.of("Content-Length: " + large.length, "Transfer-Encoding: chunked")) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), patient.service.port())) {
          socket.setSoTimeout(30_000);
          send(socket, head(length) + (length.startsWith("T") ? "800000\r\n" : ""));
          socket.getOutputStream().write(large);
          send(socket, length.startsWith("T") ? "\r\n0\r\n\r\n" : "");
          assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
              .startsWith("HTTP/1.1 413 ")
              .endsWith(
                  "{\"error\":\"body: expected at most 10000 bytes, as MLOPS_MAX_BODY says\"}");
        }
      }
    }
  }

  @Test
  void aClientThatSendsTooMuchForEverIsDisconnected() throws IOException {
    try (Socket socket = connect()) {
      send(socket, head("Content-Length: 999999999999"));
      boolean ended = false;
      for (int i = 0; i < 10_000_000 && !ended; i++) {
        try {
          socket.getOutputStream().write(new byte[1 << 10]);
        } catch (SocketException e) {
          ended = true;
        }
      }
      assertThat(ended).as("disconnected before ten gigabytes").isTrue();
    }
    assertThat(afterOthers(RunningService.FLIGHT).status()).isEqualTo(200);
  }

  @Test
  void bytesThatAreNoChunksAreABadRequest() throws IOException {
    try (Socket socket = connect()) {
      send(socket, head("Transfer-Encoding: chunked") + "zz\r\n{}\r\n");
      assertThat(response(socket))
          .startsWith("HTTP/1.1 400 ")
          .endsWith("{\"error\":\"body: found no valid chunks\"}");
    }
  }

  /** RFC 9112, 6.1; what comes after chunked is not even a request. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Transfer-Encoding: gzip, chunked | 501
          Transfer-Encoding: gzip, deflate, Chunked | 501
          Transfer-Encoding: gzip~Transfer-Encoding: chunked | 501
          Transfer-Encoding: chunked, gzip | 400
          Transfer-Encoding: gzip | 400
          Transfer-Encoding: chunked, chunked | 400
          Transfer-Encoding: , Chunked | 200
          """)
  void aBodyInAnotherCodingThanChunksIsRefused(String header, int status) throws IOException {
    StringBuilder chunks = new StringBuilder();
    for (String part : RunningService.FLIGHT.split("(?<=,)", -1)) {
      chunks.append("%x\r\n%s\r\n".formatted(part.length(), part));
    }
    chunks.append("0\r\n\r\n");
    try (Socket socket = connect()) {
      send(socket, head(header.replace("~", "\r\n")) + chunks);
      String answer = response(socket);
      assertThat(answer)
          .startsWith("HTTP/1.1 " + status + " ")
          .contains("Content-Type: application/json", "Connection: close");
      if (status == 501) {
        assertThat(answer)
            .contains("{\"error\":\"Transfer-Encoding: found [gzip, ")
            .endsWith("hunked], expected only chunked\"}");
      }
    }
    assertThat(afterOthers(RunningService.FLIGHT).status()).isEqualTo(200);
  }

  @Test
  void aBodyThatEndsEarlyIsABadRequest() throws IOException {
    try (Socket socket = connect()) {
      send(socket, head("Content-Length: 100") + "{\"distance\":");
      socket.shutdownOutput();
      assertThat(response(socket))
          .startsWith("HTTP/1.1 400 ")
          .endsWith("{\"error\":\"body: ended before the 100 bytes of Content-Length\"}");
    }
  }

  /** Without it, the next client waits for half a minute. */
  @Test
  void idleConnectionsGiveWayWhenAllAreTaken(@TempDir Path other) throws Exception {
    try (RunningService full =
        RunningService.start(other, "MLOPS_MAX_CONNECTIONS", "4", "MLOPS_READ_TIMEOUT", "400ms")) {
      List<Socket> idle = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), full.service.port());
        idle.add(socket);
        if (i < 3) { // the first ones have been accepted when the last one comes
          send(socket, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
          assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
      }
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), full.service.port())) {
        socket.setSoTimeout(15_000);
        send(socket, "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(response(socket)).startsWith("HTTP/1.1 200 ");
      } finally {
        AutoCloseables.close(idle);
      }
    }
  }

  @Test
  void aBodyWithinTheLimitIsAnswered() {
    String padded = RunningService.FLIGHT + " ".repeat(MAX_BODY - RunningService.FLIGHT.length());
    assertThat(afterOthers(padded).status()).isEqualTo(200);
    assertThat(afterOthers(padded + " ").status()).isEqualTo(413);
  }

  @Test
  void clientsThatStopSendingHoldNoPlaceAndAreDisconnected() throws IOException {
    List<Socket> stalled = new ArrayList<>();
    try {
      for (int i = 0; i < 30; i++) {
        Socket socket = connect();
        stalled.add(socket);
        send(socket, head("Content-Length: 100") + "{\"distance\":");
      }
      assertThat(afterOthers(RunningService.FLIGHT).status()).isEqualTo(200);
      for (Socket socket : stalled) {
        assertThat(response(socket))
            .startsWith("HTTP/1.1 408 ")
            .endsWith("{\"error\":\"body: did not arrive within 400 ms\"}");
      }
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  /** Two places are lost after two such clients if one of them keeps its place. */
  @Test
  void clientsThatDoNotWaitForTheirAnswerHoldNoPlace() throws IOException {
    for (int i = 0; i < 10; i++) {
      try (Socket socket = connect()) {
        socket.setSoLinger(true, 0); // closing resets the connection
        String length = "Content-Length: " + RunningService.FLIGHT.length();
        send(socket, head(length) + RunningService.FLIGHT);
      }
      Answer next = afterOthers(RunningService.FLIGHT);
      assertThat(next.status()).as(next.body()).isEqualTo(200);
    }
  }

  /** Answers again while calls of clients that have gone hold both places. */
  private static Answer afterOthers(String body) {
    Answer answer = service.post("/predict", body);
    for (int i = 0; i < 10_000 && answer.status() == 503; i++) {
      answer = service.post("/predict", body);
    }
    return answer;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow:"
      })
  void aClientThatSendsByteByByteIsDisconnected(String begin) throws IOException {
    try (Socket socket = connect()) {
      send(socket, begin);
      socket.setSoTimeout(50);
      boolean ended = false;
      for (int i = 0; i < 200 && !ended; i++) {
        try {
          send(socket, " ");
          ended = socket.getInputStream().read() != 'x'; // a response, or the end
        } catch (SocketTimeoutException e) {
          ended = false; // still connected; the next byte
        } catch (SocketException e) {
          ended = true;
        }
      }
      assertThat(ended).as("disconnected within ten seconds").isTrue();
    }
  }

  @Test
  void aConnectionStaysOpenBetweenItsRequests() throws IOException {
    String get = "GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    try (Socket socket = connect()) {
      for (int i = 0; i < 3; i++) {
        send(socket, get);
        socket.setSoTimeout(5_000);
        String answer = "";
        while (!answer.endsWith("}")) {
          answer += (char) socket.getInputStream().read();
        }
        assertThat(answer).startsWith("HTTP/1.1 200 ");
        socket.setSoTimeout(1_000); // more than twice the time of a head
        assertThatThrownBy(() -> socket.getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);
      }
    }
  }

  @Test
  void headersThatAreTooLargeAreRefused() throws IOException {
    try (Socket socket = connect()) {
      send(socket, head("Content-Length: 0\r\nX-Large: " + "x".repeat(20_000)));
      assertThat(response(socket)).startsWith("HTTP/1.1 431 ");
    }
  }

  /** A session for each would fill the heap. */
  @ParameterizedTest
  @ValueSource(strings = {"/v2", "/nowhere"})
  void aRequestForAWebSocketIsAnsweredAsAnyOtherAndBeginsNoSession(String path) throws IOException {
    String get = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: ";
    String upgrade =
        String.join(
            "\r\n",
            "Upgrade, close",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "",
            "");
    try (Socket socket = connect();
        Socket other = connect()) {
      send(socket, get + upgrade);
      send(other, get + "close\r\n\r\n");
      String answer = response(socket);
      assertThat(answer).doesNotContain("Set-Cookie");
      assertThat(answer.replaceFirst("Date: .*", ""))
          .isEqualTo(response(other).replaceFirst("Date: .*", ""));
    }
  }

  /** A client of HTTP/2 begins with the first one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
      })
  void whatReachesNoHandlerIsAnsweredInJson(String request) throws IOException {
    try (Socket socket = connect()) {
      send(socket, request);
      assertThat(response(socket))
          .startsWith("HTTP/1.1 4")
          .contains("Content-Type: application/json")
          .containsPattern("\r\n\r\n\\{\"error\":\"[^\"]+\"}$");
    }
  }

  @Test
  void nonsenseIsABadRequest() throws IOException {
    try (Socket socket = connect()) {
      send(socket, "\u0001\u0002nonsense\r\n\r\n");
      assertThat(response(socket)).startsWith("HTTP/1.1 400 ").doesNotContain("\tat ");
    }
  }

  @Test
  void noMoreCallsAreAdmittedThanTheLimit() {
    Admission admission = new Admission(2);
    admission.enter();
    admission.enter();
    assertThatThrownBy(admission::enter)
        .isInstanceOf(Problem.class)
        .hasMessage("too many calls are running; try again in a second, or with fewer rows");
    admission.leave();
    admission.enter();
    assertThat(admission.running()).isEqualTo(2);
    assertThat(admission.drain(Duration.ofMillis(1))).isFalse();
    admission.leave();
    admission.leave();
    assertThat(admission.drain(Duration.ofMillis(1))).isTrue();
    assertThatThrownBy(admission::enter).hasMessage("the service is stopping");
  }
}

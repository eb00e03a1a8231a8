package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.mlops4j.samples.service.grpc.message.ModelInferResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that Triton's own client for Python made, so that it need not be installed; {@link
 * TritonClientTest} runs the client itself. {@code src/test/python/record_triton.py} made them.
 */
class TritonRequestsTest {
  /** Golden rows of the model, which scikit-learn computed. */
  private static final double[] EXPECTED = {0.451196148, 0.139755427};

  @TempDir static Path folder;
  private static RunningService service;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() {
    service = RunningService.start(folder);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", service.service.grpcPort())
            .usePlaintext()
            .build();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    service.close();
  }

  private static byte[] recorded(String name) throws IOException {
    try (InputStream in = TritonRequestsTest.class.getResourceAsStream("triton/" + name)) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Received(String head, byte[] body) {
    /** The JSON of the body, before its binary data. */
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(body, 0, jsonLength());
    }

    private int jsonLength() {
      String name = "\nInference-Header-Content-Length: ";
      int at = head.indexOf(name);
      return at < 0
          ? body.length
          : Integer.parseInt(head.substring(at + name.length()).split("\r", 2)[0]);
    }

    byte[] binary() {
      return Arrays.copyOfRange(body, jsonLength(), body.length);
    }
  }

  private static Received http(String name) throws IOException {
    byte[] request = recorded(name);
    int lineEnd = new String(request, StandardCharsets.ISO_8859_1).indexOf("\r\n") + 2;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.service.port())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(request, 0, lineEnd);
      socket
          .getOutputStream()
          .write("Host: localhost\r\nConnection: close\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(request, lineEnd, request.length - lineEnd);
      byte[] answer = socket.getInputStream().readAllBytes();
      int body = new String(answer, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
      return new Received(
          new String(answer, 0, body, StandardCharsets.ISO_8859_1),
          Arrays.copyOfRange(answer, body, answer.length));
    }
  }

  private static void checkFloats(byte[] raw) {
    assertThat(raw).hasSize(8);
    ByteBuffer floats = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    for (double expected : EXPECTED) {
      assertThat((double) floats.getFloat()).isEqualTo(expected, within(1e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"binary.http", "version.http", "parameters.http"})
  void binaryDataOverHttpIsAnsweredWithBinaryData(String name) throws IOException {
    Received answer = http(name);
    assertThat(answer.head()).startsWith("HTTP/1.1 200 ");
    JsonNode json = answer.json();
    assertThat(json.get("model_version").asText()).isEqualTo("1");
    assertThat(json.path("id").asText()).isEqualTo(name.startsWith("parameters") ? "q" : "");
    assertThat(json.at("/outputs/0/parameters/binary_data_size").asInt()).isEqualTo(8);
    checkFloats(answer.binary());
  }

  @Test
  void jsonOverHttpIsAnsweredWithJson() throws IOException {
    Received answer = http("json.http");
    assertThat(answer.head()).startsWith("HTTP/1.1 200 ");
    JsonNode data = answer.json().at("/outputs/0/data");
    assertThat(data).hasSize(2);
    assertThat(data.get(0).doubleValue()).isEqualTo(EXPECTED[0], within(1e-6));
    assertThat(data.get(1).doubleValue()).isEqualTo(EXPECTED[1], within(1e-6));
    assertThat(answer.binary()).isEmpty();
  }

  @Test
  void noRowsAreAnsweredWithNone() throws IOException {
    Received answer = http("empty.http");
    assertThat(answer.head()).startsWith("HTTP/1.1 200 ");
    assertThat(answer.json().at("/outputs/0/shape/0").asInt(-1)).isZero();
    assertThat(answer.binary()).isEmpty();
    ModelInferResponse response = grpc("empty.grpc");
    assertThat(response.getOutputs(0).getShape(0)).isZero();
    assertThat(response.getRawOutputContents(0).size()).isZero();
  }

  @Test
  void classesAreRefused() throws IOException {
    Received answer = http("classes.http");
    assertThat(answer.head()).startsWith("HTTP/1.1 422 ");
    assertThat(answer.json().get("error").asText()).contains("\"classification\"");
    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> grpc("classes.grpc"));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  private static ModelInferResponse grpc(String name) throws IOException {
    return ClientCalls.blockingUnaryCall(
        channel, RawRequest.INFER, CallOptions.DEFAULT, recorded(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw.grpc", "version.grpc", "parameters.grpc"})
  void rawContentsOverGrpcAreAnsweredWithRawContents(String name) throws IOException {
    ModelInferResponse response = grpc(name);
    assertThat(response.getModelVersion()).isEqualTo("1");
    assertThat(response.getId()).isEqualTo(name.startsWith("parameters") ? "q" : "");
    assertThat(response.getOutputs(0).getName()).isEqualTo("probability");
    checkFloats(response.getRawOutputContents(0).toByteArray());
  }
}

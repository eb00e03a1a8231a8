package io.mlops4j.samples.service;

import static io.mlops4j.samples.service.ServiceProcess.number;
import static io.mlops4j.samples.service.ServiceProcess.port;
import static io.mlops4j.samples.service.ServiceProcess.ports;
import static io.mlops4j.samples.service.ServiceProcess.send;
import static io.mlops4j.samples.service.ServiceProcess.settings;
import static io.mlops4j.samples.service.ServiceProcess.start;
import static io.mlops4j.samples.service.ServiceProcess.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.mlops4j.samples.service.grpc.InferenceMethods;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.LongStream;
import org.apache.arrow.util.AutoCloseables;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of the service as a process of its own: calls of both protocols, and idle clients. */
class SigtermTest {
  private static final int CLIENTS = 16;

  @TempDir Path folder;

  private Path registry() {
    Path registry = folder.resolve("registry");
    Demo.publish(RunningService.sample(), registry);
    return registry;
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  /** What became of the calls of a client: how many were answered, and how the last one ended. */
  private record Calls(int answered, Status end) {}

  /** Calls until a call fails, which it does at the latest when the process has ended. */
  private static Calls callUntilRefused(ManagedChannel channel, CountDownLatch load) {
    ModelInferRequest request = GrpcTest.flight(0).build();
    int answered = 0;
    try {
      while (true) {
        float probability =
            ClientCalls.blockingUnaryCall(
                    channel, InferenceMethods.MODEL_INFER, CallOptions.DEFAULT, request)
                .getOutputs(0)
                .getContents()
                .getFp32Contents(0);
        assertThat(probability).isEqualTo(0.45119613f, within(1e-6f));
        answered++;
        load.countDown();
      }
    } catch (StatusRuntimeException e) {
      return new Calls(answered, e.getStatus());
    } finally {
      LongStream.range(0, load.getCount()).forEach(i -> load.countDown()); // nobody waits
    }
  }

  @Tag("thorough") // processes
  @Test
  void everyGrpcCallAroundSigtermIsAnsweredOrUnavailable() throws Exception {
    Process process = start(settings(registry()));
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    List<ManagedChannel> channels = new ArrayList<>();
    try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
      int port = number(ports(log), 2);
      CountDownLatch load = new CountDownLatch(10 * CLIENTS);
      List<Future<Calls>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        ManagedChannel channel = channel(port);
        channels.add(channel);
        all.add(clients.submit(() -> callUntilRefused(channel, load)));
      }
      load.await();
      assertThat(process.toHandle().destroy()).isTrue(); // SIGTERM; the log can still be read
      int answered = 0;
      for (Future<Calls> calls : all) {
        Status end = calls.get().end();
        assertThat(end.getCode()).as("%s", end).isEqualTo(Status.Code.UNAVAILABLE);
        answered += calls.get().answered();
      }
      assertThat(answered).isGreaterThanOrEqualTo(10 * CLIENTS);
      requireCleanEnd(process, log);
    } finally {
      process.destroyForcibly();
      clients.shutdownNow();
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  /** The model hangs, so that the answer is the service's deadline; the client has none. */
  @Tag("thorough") // processes
  @Test
  void grpcCallsThatRunAtSigtermAreAnswered() throws Exception {
    Path hours = folder.resolve("hours");
    FailingModel.publish(hours);
    Map<String, String> settings = new HashMap<>(settings(hours));
    settings.putAll(Map.of("MLOPS_DEADLINE", "4s", "MLOPS_SHUTDOWN", "180s"));
    Process process = start(settings);
    ExecutorService clients = Executors.newFixedThreadPool(4);
    ManagedChannel channel = null;
    try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
      Matcher ports = ports(log);
      channel = channel(number(ports, 2));
      Callable<Status> call = hanging(channel);
      List<Future<Status>> ends = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        ends.add(clients.submit(call));
      }
      String seen = awaitRunning(number(ports, 1), ends);
      assertThat(process.toHandle().destroy()).isTrue();
      List<Status.Code> codes = new ArrayList<>();
      for (Future<Status> end : ends) {
        codes.add(end.get().getCode());
      }
      assertThat(codes)
          .contains(Status.Code.DEADLINE_EXCEEDED)
          .isSubsetOf(Status.Code.DEADLINE_EXCEEDED, Status.Code.UNAVAILABLE); // the latter: late
      if (seen.contains("\"running\":4")) {
        assertThat(codes).containsOnly(Status.Code.DEADLINE_EXCEEDED);
      }
      requireCleanEnd(process, log);
    } finally {
      process.destroyForcibly();
      clients.shutdownNow();
      if (channel != null) {
        channel.shutdownNow();
      }
    }
  }

  /** Waits until four calls run, or one has ended, and returns the status of the service. */
  private static String awaitRunning(int port, List<Future<Status>> ends) throws Exception {
    HttpRequest get =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/status")).build();
    HttpClient http = HttpClient.newHttpClient();
    String seen = "";
    while (!seen.contains("\"running\":4") && ends.stream().noneMatch(Future::isDone)) {
      seen = http.send(get, BodyHandlers.ofString()).body();
    }
    return seen;
  }

  /** ONNX Runtime ends a run between two operators only. */
  @Tag("thorough") // processes
  @Test
  void itEndsWhileCallsHangWithinAnOperator() throws Exception {
    Path endless = folder.resolve("endless");
    FailingModel.publishEndless(endless);
    Map<String, String> settings = new HashMap<>(settings(endless));
    settings.putAll(
        Map.of(
            "MLOPS_DEADLINE", "1s",
            "MLOPS_SHUTDOWN", "2s",
            "MLOPS_DATA", folder.resolve("data").toString()));
    Process process = start(settings);
    ExecutorService clients = Executors.newFixedThreadPool(4);
    ManagedChannel channel = null;
    try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
      Matcher ports = ports(log);
      channel = channel(number(ports, 2));
      Callable<Status> call = hanging(channel);
      List<Future<Status>> ends = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        ends.add(clients.submit(call));
      }
      assertThat(awaitRunning(number(ports, 1), ends)).contains("\"running\":4");
      assertThat(process.toHandle().destroy()).isTrue();
      requireCleanEnd(process, log);
      for (Future<Status> end : ends) {
        assertThat(end.get().isOk()).isFalse();
      }
    } finally {
      process.destroyForcibly();
      clients.shutdownNow();
      if (channel != null) {
        channel.shutdownNow();
      }
    }
  }

  private static Callable<Status> hanging(ManagedChannel channel) {
    ModelInferRequest request = GrpcTest.flight(FailingModel.HANGS).build();
    return () -> {
      try {
        ClientCalls.blockingUnaryCall(
            channel, InferenceMethods.MODEL_INFER, CallOptions.DEFAULT, request);
        return Status.OK;
      } catch (StatusRuntimeException e) {
        return e.getStatus();
      }
    };
  }

  private static void requireCleanEnd(Process process, BufferedReader log) throws Exception {
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(128 + 15);
    assertThat(log.lines().toList())
        .anyMatch(line -> line.contains("stops; "))
        .noneMatch(line -> line.contains("\tat "));
  }

  @Test
  void callsThatWereSentBeforeSigtermAreAnswered() throws Exception {
    Process process = start(settings(registry()));
    try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
      int port = port(log);
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        clients.add(socket);
        send(socket.getOutputStream());
        assertThat(status(socket.getInputStream())).isEqualTo(200);
      }
      for (Socket socket : clients) {
        send(socket.getOutputStream());
      }
      assertThat(process.toHandle().destroy()).isTrue(); // SIGTERM; the log can still be read
      for (Socket socket : clients) { // 503 if the service stopped before it read the call
        assertThat(status(socket.getInputStream())).isIn(200, 503);
        socket.close();
      }
      requireCleanEnd(process, log);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Idle clients of both protocols, one of which never confirms its end, and clients that wait. */
  @Tag("thorough") // processes
  @Test
  void itEndsAtOnceWhileAllConnectionsAreTaken() throws Exception {
    Map<String, String> settings = new HashMap<>(settings(registry()));
    settings.putAll(
        Map.of(
            "MLOPS_MAX_CONNECTIONS", "4", "MLOPS_SHUTDOWN", "180s", "MLOPS_READ_TIMEOUT", "180s"));
    Process process = start(settings);
    List<AutoCloseable> clients = new ArrayList<>();
    try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
      Matcher ports = ports(log);
      for (int i = 0; i < 8; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), number(ports, 1));
        socket.setSoTimeout(30_000);
        clients.add(socket);
        if (i < 3) { // before the last one is accepted
          send(socket.getOutputStream());
          assertThat(status(socket.getInputStream())).isEqualTo(200);
        }
      }
      for (int i = 0; i < 4; i++) {
        Http2Socket client = Http2Socket.connect(number(ports, 2), Map.of());
        clients.add(client);
        client.call(1, "ServerLive");
        client.send(Http2Socket.DATA, Http2Socket.END_STREAM, 1, Http2Socket.message(new byte[0]));
        assertThat(client.read(Http2Socket.DATA)).isNotNull();
      }
      assertThat(process.toHandle().destroy()).isTrue();
      requireCleanEnd(process, log);
    } finally {
      process.destroyForcibly();
      AutoCloseables.close(clients);
    }
  }
}

package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.mlops4j.samples.service.grpc.InferenceMethods;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The header of a call decides whether it is rejected under load. */
class PriorityTest {
  private static final int ROWS = 5_000;
  private static final String INFER = "/v2/models/flight-delay/infer";

  private @TempDir Path folder;

  private static String input(String name, String type, String value, int rows) {
    return "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[%d],\"data\":[%s]}"
        .formatted(name, type, rows, String.join(",", Collections.nCopies(rows, value)));
  }

  private static String flights(int rows) {
    return "{\"inputs\":["
        + String.join(
            ",",
            input("distance", "FP32", "106", rows),
            input("hour", "INT64", "0", rows),
            input("weekday", "INT64", "1", rows),
            input("origin", "BYTES", "\"JFK\"", rows),
            input("destination", "BYTES", "\"BDL\"", rows))
        + "]}";
  }

  @Test
  void lessImportantCallsAreRejectedFirst() throws Exception {
    String flights = flights(ROWS); // in flight for a while
    AtomicBoolean enough = new AtomicBoolean();
    ExecutorService client = Executors.newSingleThreadExecutor();
    try (RunningService service = RunningService.start(folder, "MLOPS_MAX_CALLS", "2")) {
      Future<?> load =
          client.submit(
              () -> {
                while (!enough.get()) {
                  Answer answer = service.post(INFER, flights, "X-Priority", "high");
                  assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                }
              });
      String text = "too many calls are running; try again in a second, or with fewer rows";
      for (String path : List.of("/predict", INFER)) {
        assertThat(rejection(load, () -> low(service, path))).isEqualTo("503, 1 s: " + text);
      }
      assertThat(rejection(load, () -> lowByGrpc(service))).isEqualTo("UNAVAILABLE: " + text);
      Answer high = service.post("/predict", RunningService.FLIGHT, "X-Priority", "high");
      assertThat(high.status()).as(high.body()).isEqualTo(200);
      enough.set(true);
      load.get();
      assertThat(service.get("/status").json().get("rejected").get("LOW").asLong()).isPositive();
      assertThat(service.get("/status").json().get("rejected").get("HIGH").asLong()).isZero();
    } finally {
      enough.set(true);
      client.shutdownNow();
    }
  }

  /** Calls until a call is rejected while another one is in flight. */
  private static String rejection(Future<?> load, Supplier<String> call) {
    String rejection = "";
    for (int i = 0; rejection.isEmpty() && i < 100_000 && !load.isDone(); i++) {
      rejection = call.get();
    }
    return rejection;
  }

  /** Returns what the client of a rejected call is told, or nothing. */
  private static String low(RunningService service, String path) {
    String body = path.equals(INFER) ? flights(1) : RunningService.FLIGHT;
    HttpRequest.Builder request = service.request(path).POST(BodyPublishers.ofString(body));
    HttpResponse<byte[]> response = service.send(request.header("X-Priority", "low").build());
    return response.statusCode() == 200
        ? ""
        : "%d, %s s: %s"
            .formatted(
                response.statusCode(),
                response.headers().firstValue("Retry-After").orElse("no"),
                Answer.of(response).error());
  }

  private static String lowByGrpc(RunningService service) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-priority", Metadata.ASCII_STRING_MARSHALLER), "low");
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", service.service.grpcPort())
            .usePlaintext()
            .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
            .build();
    try {
      ClientCalls.blockingUnaryCall(
          channel, InferenceMethods.MODEL_INFER, CallOptions.DEFAULT, GrpcTest.flight(0).build());
      return "";
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() + ": " + e.getStatus().getDescription();
    } finally {
      channel.shutdownNow();
    }
  }
}

package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.samples.service.grpc.InferenceMethods;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that fails: what its callers are told, and what only the log tells. */
class FailureTest {
  /** All that a caller is told; the number is random. */
  static final String ANSWER =
      "the model failed, although names, types and shapes are right; try other values or fewer"
          + " rows; the log of the service has the cause of failure [0-9a-f]{1,16}";

  private static final String CAUSE = "indices element out of data bounds, idx=23";
  private static final String FLIGHT =
      RunningService.FLIGHT.replace("\"hour\":0", "\"hour\":" + FailingModel.FAILS);
  private static final String TENSORS =
      """
      {"inputs":[
      {"name":"distance","shape":[1],"datatype":"FP32","data":[106]},
      {"name":"hour","shape":[1],"datatype":"INT64","data":[23]},
      {"name":"weekday","shape":[1],"datatype":"INT64","data":[1]},
      {"name":"origin","shape":[1],"datatype":"BYTES","data":["JFK"]},
      {"name":"destination","shape":[1],"datatype":"BYTES","data":["BDL"]}]}\
      """;

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  @TempDir private Path folder;
  private RunningService service;
  private ManagedChannel channel;

  @BeforeEach
  void start() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    Path registry = folder.resolve("registry");
    FailingModel.publish(registry);
    service = RunningService.of(registry);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", service.service.grpcPort())
            .usePlaintext()
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    service.close();
    System.setErr(before);
  }

  private Status grpc() {
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                ClientCalls.blockingUnaryCall(
                    channel,
                    InferenceMethods.MODEL_INFER,
                    CallOptions.DEFAULT,
                    GrpcTest.flight(FailingModel.FAILS).build()));
    return failure.getStatus();
  }

  @Test
  void callersGetANumberByWhichTheLogHasTheCause() {
    Answer record = service.post("/predict", FLIGHT);
    Answer tensors = service.post("/v2/models/flight-delay/infer", TENSORS);
    Status grpc = grpc();
    assertThat(record.status()).isEqualTo(500);
    assertThat(tensors.status()).isEqualTo(500);
    assertThat(grpc.getCode()).isEqualTo(Status.Code.INTERNAL);
    Set<String> numbers = new HashSet<>();
    for (String told : List.of(record.error(), tensors.error(), grpc.getDescription())) {
      assertThat(told).matches(ANSWER);
      numbers.add(told.substring(told.lastIndexOf(' ') + 1));
    }
    assertThat(numbers).as("one for each failure").hasSize(3);
    String logged = log.toString(StandardCharsets.UTF_8);
    for (String number : numbers) {
      String cause = logged.substring(logged.indexOf(" as failure " + number) + 1);
      assertThat(cause.lines().limit(2)) // the second begins a stack trace, if there is one
          .asString()
          .contains("InferenceException: ", folder.toString(), "hours.onnx", CAUSE);
    }
  }

  /** Another version answers in its place, but not a caller who named it. */
  @Test
  void aNamedVersionThatFailsIsNotUnknown() {
    try (ModelRegistry registry = FileModelRegistry.open(service.registry)) {
      ModelVersion fails = registry.versions(Demo.MODEL).get(0);
      ModelVersion other =
          registry.publish(
              registry.card(fails), RunningService.sample().resolve("models/flight-delay-1.onnx"));
      for (ModelVersion version : List.of(other, fails)) {
        registry.assign(Demo.CHAMPION, version, Change.by("ana").because("a test"));
        service.service.refresh();
      }
    }
    Answer any = service.post("/v2/models/flight-delay/infer", TENSORS);
    assertThat(any.json().get("model_version").asText()).isEqualTo("2");
    Answer named = service.post("/v2/models/flight-delay/versions/1/infer", TENSORS);
    assertThat(named.status()).isEqualTo(503);
    assertThat(named.error()).startsWith("version: found \"1\", whose call failed");
  }

  @Test
  void aModelThatFailsTooOftenIsNotCalledForAWhile() {
    Answer answer = service.post("/predict", FLIGHT);
    for (int i = 0; i < 2_000 && answer.status() == 500; i++) {
      answer = service.post("/predict", FLIGHT);
    }
    assertThat(answer.status()).as(answer.body()).isEqualTo(503);
    String told =
        "too many calls failed, so the model is not called before ([-0-9T:.]+Z); try again then";
    assertThat(answer.error()).matches(told);
    HttpResponse<byte[]> refused =
        service.send(service.request("/predict").POST(BodyPublishers.ofString(FLIGHT)).build());
    long seconds = refused.headers().firstValueAsLong("Retry-After").orElseThrow();
    assertThat(seconds).isBetween(1L, 30L);
    assertThat(Instant.now().plusSeconds(seconds))
        .isAfterOrEqualTo(Instant.parse(Answer.of(refused).error().replaceFirst(told, "$1")));
    assertThat(grpc().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(grpc().getDescription()).matches(told);
    Answer status = service.get("/status");
    assertThat(status.json().at("/breakers/0").asText()).contains("MLOPS_REGISTRY/", CAUSE);
    assertThat(status.json().at("/versions/0/errors").asInt()).isPositive();
    assertThat(status.json().at("/versions/0/rows").asInt(-1)).isZero();
    assertThat(status.body()).as("the log names files").doesNotContain(folder.toString());
    assertThat(log.toString(StandardCharsets.UTF_8))
        .containsPattern("WARN .*its circuit breaker is open for 30 s, because ");
  }
}

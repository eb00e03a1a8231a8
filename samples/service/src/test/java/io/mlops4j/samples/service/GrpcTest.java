package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.mlops4j.samples.service.grpc.InferenceMethods;
import io.mlops4j.samples.service.grpc.message.InferParameter;
import io.mlops4j.samples.service.grpc.message.InferTensorContents;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest.InferInputTensor;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest.InferRequestedOutputTensor;
import io.mlops4j.samples.service.grpc.message.ModelInferResponse;
import io.mlops4j.samples.service.grpc.message.ModelMetadataRequest;
import io.mlops4j.samples.service.grpc.message.ModelMetadataResponse;
import io.mlops4j.samples.service.grpc.message.ModelReadyRequest;
import io.mlops4j.samples.service.grpc.message.ServerLiveRequest;
import io.mlops4j.samples.service.grpc.message.ServerMetadataRequest;
import io.mlops4j.samples.service.grpc.message.ServerReadyRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrpcTest {
  @TempDir static Path folder;
  private static RunningService service;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() {
    service = RunningService.start(folder, "MLOPS_MAX_BODY", "10000");
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

  private static <Q, R> R call(MethodDescriptor<Q, R> method, Q request) {
    return ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, request);
  }

  private static StatusRuntimeException refused(ModelInferRequest request) {
    return catchThrowableOfType(
        StatusRuntimeException.class, () -> call(InferenceMethods.MODEL_INFER, request));
  }

  private static InferInputTensor.Builder tensor(String name, String datatype) {
    return InferInputTensor.newBuilder().setName(name).setDatatype(datatype).addShape(1);
  }

  private static InferTensorContents.Builder contents() {
    return InferTensorContents.newBuilder();
  }

  private static ByteString text(String value) {
    return ByteString.copyFromUtf8(value);
  }

  /** The first golden row of the model. */
  private static ModelInferRequest.Builder flight() {
    return flight(0);
  }

  static ModelInferRequest.Builder flight(int hour) {
    return ModelInferRequest.newBuilder()
        .setModelName("flight-delay")
        .setId("42")
        .addInputs(tensor("distance", "FP32").setContents(contents().addFp32Contents(106)))
        .addInputs(tensor("hour", "INT64").setContents(contents().addInt64Contents(hour)))
        .addInputs(tensor("weekday", "INT64").setContents(contents().addInt64Contents(1)))
        .addInputs(tensor("origin", "BYTES").setContents(contents().addBytesContents(text("JFK"))))
        .addInputs(
            tensor("destination", "BYTES").setContents(contents().addBytesContents(text("BDL"))));
  }

  @Test
  void probesGetTheHealthOfTheService() {
    HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
    for (String name : List.of("", "inference.GRPCInferenceService")) {
      HealthCheckRequest request = HealthCheckRequest.newBuilder().setService(name).build();
      assertThat(health.check(request).getStatus()).as(name).isEqualTo(ServingStatus.SERVING);
    }
    HealthCheckRequest other = HealthCheckRequest.newBuilder().setService("other").build();
    assertThat(
            catchThrowableOfType(StatusRuntimeException.class, () -> health.check(other))
                .getStatus()
                .getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void thoseWhoWatchTheHealthAreToldThatTheServiceStops(@TempDir Path own) {
    RunningService stopping = RunningService.start(own);
    ManagedChannel watching =
        NettyChannelBuilder.forAddress("127.0.0.1", stopping.service.grpcPort())
            .usePlaintext()
            .build();
    try {
      Iterator<HealthCheckResponse> states =
          HealthGrpc.newBlockingStub(watching).watch(HealthCheckRequest.getDefaultInstance());
      assertThat(states.next().getStatus()).isEqualTo(ServingStatus.SERVING);
      stopping.close();
      assertThat(states.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    } finally {
      stopping.close();
      watching.shutdownNow();
    }
  }

  @Test
  void typedContentsGetTypedContents() {
    ModelInferResponse response = call(InferenceMethods.MODEL_INFER, flight().build());
    assertThat(response.getModelName()).isEqualTo("flight-delay");
    assertThat(response.getModelVersion()).isEqualTo("1");
    assertThat(response.getId()).isEqualTo("42");
    assertThat(response.getParametersOrThrow("digest").getStringParam()).startsWith("sha256:");
    assertThat(response.getOutputs(0).getName()).isEqualTo("probability");
    assertThat(response.getOutputs(0).getDatatype()).isEqualTo("FP32");
    assertThat(response.getOutputs(0).getContents().getFp32Contents(0))
        .isEqualTo(0.45119613f, within(1e-6f));
    assertThat(response.getRawOutputContentsCount()).isZero();
  }

  @Test
  void rawContentsGetRawContents() {
    ModelInferRequest.Builder request = flight();
    request.getInputsBuilderList().forEach(InferInputTensor.Builder::clearContents);
    for (ByteBuffer raw :
        List.of(
            little(4).putFloat(106),
            little(8).putLong(0),
            little(8).putLong(1),
            little(7).putInt(3).put(text("JFK").toByteArray()),
            little(7).putInt(3).put(text("BDL").toByteArray()))) {
      request.addRawInputContents(ByteString.copyFrom(raw.flip()));
    }
    ModelInferResponse response = call(InferenceMethods.MODEL_INFER, request.build());
    assertThat(response.getOutputs(0).hasContents()).isFalse();
    ByteBuffer answer =
        response.getRawOutputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    assertThat(answer.getFloat()).isEqualTo(0.45119613f, within(1e-6f));
    assertThat(answer.hasRemaining()).isFalse();
    StatusRuntimeException both = refused(request.setInputs(0, flight().getInputs(0)).build());
    assertThat(both.getStatus().getDescription()).contains("both contents and raw_input_contents");
    StatusRuntimeException few =
        refused(flight().addRawInputContents(ByteString.copyFrom(new byte[4])).build());
    assertThat(few.getStatus().getDescription()).contains("found 1, expected one for each of 5");
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void serverAndModelDescribeThemselves() {
    assertThat(call(InferenceMethods.SERVER_LIVE, ServerLiveRequest.getDefaultInstance()).getLive())
        .isTrue();
    assertThat(
            call(InferenceMethods.SERVER_READY, ServerReadyRequest.getDefaultInstance()).getReady())
        .isTrue();
    assertThat(
            call(InferenceMethods.SERVER_METADATA, ServerMetadataRequest.getDefaultInstance())
                .getName())
        .isEqualTo("mlops4j-service");
    ModelMetadataResponse metadata =
        call(
            InferenceMethods.MODEL_METADATA,
            ModelMetadataRequest.newBuilder().setName("flight-delay").build());
    assertThat(metadata.getVersionsList()).containsExactly("1");
    assertThat(metadata.getInputs(0).getDatatype()).isEqualTo("FP32");
    assertThat(metadata.getInputs(0).getShape(0)).isEqualTo(-1);
    assertThat(metadata.getOutputs(0).getName()).isEqualTo("probability");
  }

  @Test
  void onlyTheServingVersionIsReady() {
    assertThat(isReady("flight-delay", "")).isTrue();
    assertThat(isReady("flight-delay", "1")).isTrue();
    assertThat(isReady("flight-delay", "2")).isFalse();
    assertThat(isReady("other", "")).isFalse();
  }

  private static boolean isReady(String name, String version) {
    ModelReadyRequest request =
        ModelReadyRequest.newBuilder().setName(name).setVersion(version).build();
    return call(InferenceMethods.MODEL_READY, request).getReady();
  }

  @Test
  void aWrongRequestIsAnInvalidArgumentWithItsReason() {
    assertInvalid(flight().removeInputs(1), "hour");
    assertInvalid(flight().clearInputs(), "inputs: found none");
    assertInvalid(
        flight().setInputs(0, tensor("distance", "FP32").setContents(contents())),
        "distance: found 0 elements, expected 1 for the shape [1]");
    assertInvalid(
        flight()
            .setInputs(0, tensor("distance", "FP32").setContents(contents().addInt64Contents(106))),
        "distance: found contents of another type, expected only those for FP32");
    assertInvalid(
        flight()
            .setInputs(0, tensor("distance", "FP32").setContents(contents().addBoolContents(true))),
        "distance: found contents of another type, expected only those for FP32");
    assertInvalid(
        flight().setInputs(0, tensor("distance", "FP32").addAllShape(Collections.nCopies(32, 1L))),
        "distance: found 33 dimensions, expected at most 32");
    assertInvalid(
        flight().addOutputs(InferRequestedOutputTensor.newBuilder().setName("x")),
        "outputs: found \"x\", expected one of [probability]");
  }

  private static void assertInvalid(ModelInferRequest.Builder request, String message) {
    Status status = refused(request.build()).getStatus();
    assertThat(status.getCode()).as(status.toString()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).contains(message).doesNotContain("Exception", "\tat ");
  }

  @Test
  void anUnknownModelOrVersionIsNotFound() {
    assertThat(refused(flight().setModelName("other").build()).getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(refused(flight().setModelVersion("7").build()).getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  /** A client would wait for what never comes, or read memory that nobody wrote. */
  @Test
  void parametersOfTritonThatChangeTheAnswerAreRefused() {
    InferParameter two = InferParameter.newBuilder().setInt64Param(2).build();
    InferRequestedOutputTensor.Builder output =
        InferRequestedOutputTensor.newBuilder().setName("probability");
    InferInputTensor.Builder input = tensor("distance", "FP32");
    for (ModelInferRequest.Builder request :
        List.of(
            flight().addOutputs(output.clone().putParameters("classification", two)),
            flight().addOutputs(output.clone().putParameters("shared_memory_region", two)),
            flight().setInputs(0, input.clone().putParameters("shared_memory_byte_size", two)))) {
      Status status = refused(request.build()).getStatus();
      assertThat(status.getCode()).as(status.toString()).isEqualTo(Status.Code.UNIMPLEMENTED);
      assertThat(status.getDescription())
          .matches(
              "parameters: found \"(classification|shared_memory_.*)\", which is not supported");
    }
    call(
        InferenceMethods.MODEL_INFER,
        flight().putParameters("priority", two).putParameters("timeout", two).build());
  }

  @Test
  void aMessageThatIsTooLargeIsRefused() {
    ModelInferRequest.Builder large = flight().setId("x".repeat(20_000));
    assertThat(refused(large.build()).getStatus().getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    StatusRuntimeException compressed =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                ClientCalls.blockingUnaryCall(
                    channel,
                    InferenceMethods.MODEL_INFER,
                    CallOptions.DEFAULT.withCompression("gzip"),
                    large.build()));
    assertThat(compressed.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(compressed.getStatus().getDescription()).contains("maximum size 10000");
  }

  @Test
  void bytesThatAreNoMessageAreAnInvalidArgumentAndNotLogged() {
    byte[] cut = flight().build().toByteArray();
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler log =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            logged.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger grpc = Logger.getLogger("io.grpc.internal.SerializingExecutor");
    grpc.addHandler(log);
    try {
      for (byte[] bytes :
          List.of(
              new byte[] {-1, -1, -1},
              new byte[100],
              new byte[] {10, 2, -1, -2}, // a name that is not UTF-8
              Arrays.copyOf(cut, cut.length - 3))) {
        Status status =
            catchThrowableOfType(StatusRuntimeException.class, () -> call(RawRequest.INFER, bytes))
                .getStatus();
        assertThat(status.getCode()).as(status.toString()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).startsWith("request: found no message of protobuf: ");
      }
    } finally {
      grpc.removeHandler(log);
    }
    assertThat(logged).isEmpty();
  }
}

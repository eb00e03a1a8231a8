package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.samples.service.grpc.GrpcServer;
import io.mlops4j.samples.service.grpc.InferenceMethods;
import io.mlops4j.samples.service.grpc.message.InferTensorContents;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest.InferInputTensor;
import io.mlops4j.samples.service.grpc.message.ModelInferRequest.InferRequestedOutputTensor;
import io.mlops4j.samples.service.grpc.message.ModelInferResponse;
import io.mlops4j.samples.service.grpc.message.ModelInferResponse.InferOutputTensor;
import io.mlops4j.samples.service.inference.InferenceJson;
import io.mlops4j.samples.service.inference.InferenceRequest;
import io.mlops4j.samples.service.inference.ResponseBody;
import io.mlops4j.samples.service.inference.ServedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each data type of the protocol passes a model whose outputs are its inputs. */
class DataTypesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = "\u00e9 \ud83d\ude00";

  @TempDir private Path folder;
  private final ModelRuntime runtime = ModelRuntime.open();
  private ModelRegistry registry;
  private Deployment deployment;
  private ServedModel model;

  /** The elements of two rows, as JSON and as little-endian memory. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Elements(String json, byte[] raw) {
    static Elements of(String json, int bytes, Consumer<ByteBuffer> write) {
      ByteBuffer raw = ByteBuffer.allocate(4 * bytes).order(ByteOrder.LITTLE_ENDIAN);
      write.accept(raw);
      return new Elements(json, Arrays.copyOf(raw.array(), raw.position()));
    }
  }

  private static Map<String, Elements> elements() {
    byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
    Map<String, Elements> all = new LinkedHashMap<>();
    all.put(
        "BOOL", Elements.of("[true,false,false,true]", 1, raw -> raw.put(new byte[] {1, 0, 0, 1})));
    all.put("UINT8", Elements.of("[0,255,128,7]", 1, raw -> raw.put(new byte[] {0, -1, -128, 7})));
    all.put(
        "UINT16", Elements.of("[0,65535,32768,7]", 2, raw -> raw.putLong(0x0007_8000_ffff_0000L)));
    all.put(
        "UINT32",
        Elements.of(
            "[0,4294967295,2147483648,7]",
            4,
            raw -> raw.putInt(0).putInt(-1).putInt(Integer.MIN_VALUE).putInt(7)));
    all.put(
        "UINT64",
        Elements.of(
            "[0,18446744073709551615,9223372036854775808,7]",
            8,
            raw -> raw.putLong(0).putLong(-1).putLong(Long.MIN_VALUE).putLong(7)));
    all.put(
        "INT8", Elements.of("[0,127,-128,-1]", 1, raw -> raw.put(new byte[] {0, 127, -128, -1})));
    all.put(
        "INT16", Elements.of("[0,32767,-32768,-1]", 2, raw -> raw.putLong(0xffff_8000_7fff_0000L)));
    all.put(
        "INT32",
        Elements.of(
            "[0,2147483647,-2147483648,-1]",
            4,
            raw -> raw.putInt(0).putInt(Integer.MAX_VALUE).putInt(Integer.MIN_VALUE).putInt(-1)));
    all.put(
        "INT64",
        Elements.of(
            "[0,9223372036854775807,-9223372036854775808,-1]",
            8,
            raw -> raw.putLong(0).putLong(Long.MAX_VALUE).putLong(Long.MIN_VALUE).putLong(-1)));
    all.put(
        "FP16",
        Elements.of("[0.5,65504.0,-2.0,0.0]", 2, raw -> raw.putLong(0x0000_c000_7bff_3800L)));
    all.put(
        "FP32",
        Elements.of(
            "[0.5,3.4028235E38,1.4E-45,-2.0]",
            4,
            raw ->
                raw.putFloat(0.5f)
                    .putFloat(Float.MAX_VALUE)
                    .putFloat(Float.MIN_VALUE)
                    .putFloat(-2)));
    all.put(
        "FP64",
        Elements.of(
            "[0.5,1.7976931348623157E308,4.9E-324,-2.0]",
            8,
            raw ->
                raw.putDouble(0.5)
                    .putDouble(Double.MAX_VALUE)
                    .putDouble(Double.MIN_VALUE)
                    .putDouble(-2)));
    all.put(
        "BYTES",
        Elements.of(
            "[\"JFK\",\"\",\"" + TEXT + "\",\"\\u0000\"]",
            16,
            raw -> {
              raw.putInt(3).put("JFK".getBytes(StandardCharsets.UTF_8)).putInt(0);
              raw.putInt(text.length).put(text).putInt(1).put((byte) 0);
            }));
    return all;
  }

  private void serve(String file) {
    Path onnx = RunningService.sample().resolve("src/test/resources/io/mlops4j/samples/service");
    registry = FileModelRegistry.open(folder.resolve("registry"));
    registry.assign(
        "types@champion",
        runtime.publish(registry, ModelCard.builder("types").build(), onnx.resolve(file)),
        Change.by("test").because("test"));
    deployment = runtime.deployment("types@champion").from(registry).actor("test").start();
    model = new ServedModel(deployment, runtime.allocator());
  }

  @AfterEach
  void close() {
    model.close();
    deployment.close();
    registry.close();
    assertThat(runtime.allocator().getAllocatedMemory()).isZero();
    runtime.close();
  }

  private ResponseBody infer(byte[] body, OptionalInt jsonLength) {
    try (InferenceRequest request = InferenceJson.read(model.requests(), body, jsonLength)) {
      return model.infer(
          "types",
          "",
          request,
          CallOptions.withDefaults(),
          answer -> InferenceJson.write(request, answer));
    }
  }

  private static String input(String type, String data) {
    return "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[2,2],%s}".formatted(type, type, data);
  }

  private static byte[] request(List<String> inputs, String more) {
    return "{%s\"inputs\":[%s]}"
        .formatted(more, String.join(",", inputs))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void checkJson(JsonNode outputs) throws IOException {
    int number = 0;
    for (Map.Entry<String, Elements> each : elements().entrySet()) {
      JsonNode output = outputs.get(number++);
      assertThat(output.get("name").asText()).isEqualTo("out_" + each.getKey());
      assertThat(output.get("datatype").asText()).isEqualTo(each.getKey());
      assertThat(output.get("shape").toString()).isEqualTo("[2,2]");
      assertThat(output.get("data")).isEqualTo(JSON.readTree(each.getValue().json()));
    }
    assertThat(outputs).hasSize(number);
  }

  private List<String> inputs(boolean nested) {
    List<String> inputs = new ArrayList<>();
    elements()
        .forEach(
            (type, elements) -> {
              String[] each = elements.json().split("[\\[\\],]", -1); // an empty one at both ends
              String data =
                  nested
                      ? "[[%s,%s],[%s,%s]]".formatted(each[1], each[2], each[3], each[4])
                      : elements.json();
              inputs.add(input(type, "\"data\":" + data));
            });
    return inputs;
  }

  @Test
  void valuesInJsonAreAnsweredAsTheyWere() throws IOException {
    serve("types.onnx");
    for (boolean nested : new boolean[] {false, true}) {
      ResponseBody answer = infer(request(inputs(nested), ""), OptionalInt.empty());
      assertThat(answer.jsonLength()).isEmpty();
      checkJson(JSON.readTree(answer.bytes()).get("outputs"));
    }
  }

  @Test
  void binaryDataIsAnsweredAsItWas() throws IOException {
    serve("types.onnx");
    List<String> inputs = new ArrayList<>();
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    elements()
        .forEach(
            (type, elements) -> {
              inputs.add(
                  input(
                      type,
                      "\"parameters\":{\"binary_data_size\":%d}".formatted(elements.raw().length)));
              raw.writeBytes(elements.raw());
            });
    for (boolean binary : new boolean[] {false, true}) {
      byte[] json =
          request(inputs, "\"parameters\":{\"binary_data_output\":%s},".formatted(binary));
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      body.writeBytes(json);
      body.writeBytes(raw.toByteArray());
      ResponseBody answer = infer(body.toByteArray(), OptionalInt.of(json.length));
      if (binary) {
        int length = answer.jsonLength().orElseThrow();
        assertThat(Arrays.copyOfRange(answer.bytes(), length, answer.bytes().length))
            .isEqualTo(raw.toByteArray());
      } else {
        checkJson(JSON.readTree(answer.bytes()).get("outputs"));
      }
    }
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    serve("types.onnx");
    List<String> inputs = inputs(false);
    inputs.set(inputs.size() - 1, input("BYTES", "\"parameters\":{\"binary_data_size\":20}"));
    byte[] json = request(inputs, "");
    ByteBuffer body = ByteBuffer.allocate(json.length + 20).order(ByteOrder.LITTLE_ENDIAN);
    body.put(json)
        .putInt(4)
        .put(new byte[] {'a', (byte) 0xff, (byte) 0xfe, 'b'})
        .putInt(0)
        .putInt(0)
        .putInt(0);
    assertThatThrownBy(() -> infer(body.array(), OptionalInt.of(json.length)))
        .isInstanceOf(ModelInputException.class)
        .hasMessageContaining("bytes that are not UTF-8 in row 0");
  }

  private static InferTensorContents contents(String type, JsonNode values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (JsonNode value : values) {
      switch (type) {
        case "BOOL" -> contents.addBoolContents(value.booleanValue());
        case "UINT8", "UINT16", "UINT32" -> contents.addUintContents((int) value.longValue());
        case "UINT64" -> contents.addUint64Contents(value.bigIntegerValue().longValue());
        case "INT8", "INT16", "INT32" -> contents.addIntContents(value.intValue());
        case "INT64" -> contents.addInt64Contents(value.longValue());
        case "FP32" -> contents.addFp32Contents((float) value.doubleValue());
        case "FP64" -> contents.addFp64Contents(value.doubleValue());
        default -> contents.addBytesContents(ByteString.copyFromUtf8(value.textValue()));
      }
    }
    return contents.build();
  }

  private static InferInputTensor.Builder tensor(String type) {
    return InferInputTensor.newBuilder()
        .setName(type)
        .setDatatype(type)
        .addAllShape(List.of(2L, 2L));
  }

  private interface Calls {
    void with(Call call) throws IOException;
  }

  private interface Call {
    ModelInferResponse of(ModelInferRequest.Builder request);
  }

  private void overGrpc(Calls calls) throws IOException {
    Duration minute = Duration.ofMinutes(1);
    GrpcServer.Limits limits =
        new GrpcServer.Limits(
            1 << 20, 10, 10, minute, minute, minute, () -> minute, () -> {}, () -> {}, () -> true);
    try (GrpcServer server =
        GrpcServer.start(
            model,
            limits,
            new Problems(System::nanoTime)::of,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
      try {
        calls.with(
            request ->
                ClientCalls.blockingUnaryCall(
                    channel,
                    InferenceMethods.MODEL_INFER,
                    io.grpc.CallOptions.DEFAULT,
                    request.setModelName("types").build()));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void rawContentsAreAnsweredAsTheyWere() throws IOException {
    serve("types.onnx");
    overGrpc(
        call -> {
          ModelInferRequest.Builder request = ModelInferRequest.newBuilder();
          elements()
              .forEach(
                  (type, elements) -> {
                    request.addInputs(tensor(type));
                    request.addRawInputContents(ByteString.copyFrom(elements.raw()));
                  });
          assertThat(call.of(request).getRawOutputContentsList())
              .isEqualTo(request.getRawInputContentsList());
        });
  }

  @Test
  void listsAreAnsweredAsTheyWere() throws IOException {
    serve("lists.onnx");
    overGrpc(
        call -> {
          Map<String, Elements> all = elements();
          all.remove("FP16");
          ModelInferRequest.Builder request = ModelInferRequest.newBuilder();
          for (Map.Entry<String, Elements> each : all.entrySet()) {
            JsonNode values = JSON.readTree(each.getValue().json());
            request.addInputs(tensor(each.getKey()).setContents(contents(each.getKey(), values)));
          }
          ModelInferResponse halves = call.of(request);
          all.keySet()
              .forEach(
                  type ->
                      request.addOutputs(
                          InferRequestedOutputTensor.newBuilder().setName("out_" + type)));
          ModelInferResponse lists = call.of(request);
          assertThat(lists.getRawOutputContentsList()).isEmpty();
          for (int i = 0; i < all.size(); i++) {
            assertThat(lists.getOutputs(i).getContents())
                .isEqualTo(request.getInputs(i).getContents());
          }
          checkRaw(halves, all);
        });
  }

  /** There is no list for FP16, and a client finds raw contents by the number of the output. */
  private static void checkRaw(ModelInferResponse response, Map<String, Elements> all) {
    assertThat(response.getOutputsList()).noneMatch(InferOutputTensor::hasContents);
    assertThat(response.getRawOutputContentsCount()).isEqualTo(response.getOutputsCount());
    for (int i = 0; i < response.getOutputsCount(); i++) {
      String name = response.getOutputs(i).getName();
      byte[] raw = response.getRawOutputContents(i).toByteArray();
      if (name.equals("half")) {
        assertThat(response.getOutputs(i).getDatatype()).isEqualTo("FP16");
        assertThat(raw).isEqualTo(new byte[] {0, 0x38, 0, 0x7c, 0, 0, 0, (byte) 0xc0});
      } else {
        assertThat(raw).as(name).isEqualTo(all.get(name.substring(4)).raw());
      }
    }
  }
}

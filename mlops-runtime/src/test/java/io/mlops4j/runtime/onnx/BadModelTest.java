package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.ModelSource;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be served is refused when it is loaded, with the reason. */
class BadModelTest {
  private final OnnxFixture onnx = new OnnxFixture();

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "sequence_in, parts, sequence(tensor(float32))",
    "map_in, prices, 'map(string, tensor(float32))'",
    "sparse_in, few, sparse_tensor(float32)",
    "float8_in, odd, tensor(float8e4m3fn)",
    "int4_in, odd, tensor(int4)",
    "complex_in, odd, tensor(complex64)",
  })
  void inputsThatJavaCannotGiveAreRefusedByName(String model, String input, String found) {
    assertThatThrownBy(() -> onnx.load("engine/" + model).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "%s.onnx: input %s: found %s, expected".formatted(model, input, found));
  }

  @ParameterizedTest
  @CsvSource({"float8_out, tensor(float8e4m3fn)", "int4_out, tensor(int4)"})
  void outputsThatJavaCannotReadAreRefusedByName(String model, String found) {
    assertThatThrownBy(() -> onnx.load("engine/" + model).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(model + ".onnx: output odd: found " + found + ",")
        .hasMessageContaining("cast it inside the model");
  }

  @ParameterizedTest
  @CsvSource({"emoji_in, input", "emoji_out, output", "zero_in, input"})
  void namesThatTheJavaApiGarblesAreRefused(String model, String side) {
    EngineOptions options = EngineOptions.of(onnx.memory, 1).withForeignCalls(false);
    OnnxEngine jni = OnnxEngine.open(options);
    ModelSource source = OnnxFixture.source(model + ".onnx", OnnxFixture.bytes("engine/" + model));
    assertThatThrownBy(() -> jni.load(source, OnnxFixture.CPU).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(model + ".onnx: " + side)
        .hasMessageContaining("rename it")
        .hasMessageContaining("Java 22")
        .hasMessageContaining("native access");
    jni.close();
  }

  @Test
  void otherNamesAreLeftAlone() {
    try (EngineModel model = onnx.load("engine/accents")) {
      assertThat(model.signature()).hasToString("(äé中: float32[N]) -> (ÿ: float32[N])");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "unknown_opset, ai.onnx 99",
    "unknown_op, Sparkle",
    "unknown_domain, com.example",
    "unknown_domain, 'ai.onnx 17, com.example 3'",
  })
  void operatorsThatOnnxRuntimeDoesNotKnowAreNamed(String model, String named) {
    assertThatThrownBy(() -> onnx.load("engine/" + model).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(model + ".onnx: ")
        .hasMessageContaining("ONNX Runtime 1.29.0 refuses")
        .hasMessageNotContaining("\n")
        .hasMessageContaining(named);
  }

  /** Thirty products of 4096 by 4096 constants would take half a minute, for a file of 1 kB. */
  @Test
  void constantsThatGrowFarBeyondTheFileAreNotComputedWhileLoading() {
    long start = System.nanoTime();
    onnx.load("engine/bomb").close();
    assertThat(System.nanoTime() - start).isLessThan(8_000_000_000L);
  }

  @Test
  void graphsInGraphsWithoutEndAreRefused() {
    GraphProto graph = GraphProto.newBuilder().setName("innermost").build();
    for (int i = 0; i < 200; i++) {
      graph =
          GraphProto.newBuilder()
              .addNode(
                  NodeProto.newBuilder()
                      .setOpType("If")
                      .addAttribute(AttributeProto.newBuilder().setName("then").setG(graph)))
              .build();
    }
    byte[] model = ModelProto.newBuilder().setIrVersion(8).setGraph(graph).build().toByteArray();
    assertRefused(model, "messages in messages");
  }

  /** ONNX Runtime would end the process. */
  @Test
  void functionsCalledWithMoreThanTheyHaveAreRefused() {
    FunctionProto twice = function("Twice").addNode(node("Add", "", "y", "x", "x")).build();
    onnx.engine
        .load(source("good.onnx", calling(node("Twice", "local", "y", "x"), twice)), CPU)
        .close();
    assertRefused(
        calling(node("Twice", "local", "y", "x", "x"), twice),
        "function local:Twice: with 2 inputs and 1 outputs, which has 1 and 1");
    assertRefused(
        calling(node("Twice", "local", "y", "x"), twice.toBuilder().clearInput().build()),
        "which has 0 and 1");
    assertRefused(
        calling(node("Twice", "local", "y", "x").toBuilder().addOutput("z").build(), twice),
        "with 1 inputs and 2 outputs");
  }

  @Test
  void functionsWithoutEndAreRefused() {
    NodeProto call = node("F0", "local", "y", "x");
    FunctionProto self = function("F0").addNode(node("F0", "local", "y", "x")).build();
    assertRefused(calling(call, self), "functions that call themselves");
    FunctionProto[] doubling = new FunctionProto[40];
    for (int i = 0; i < doubling.length; i++) {
      String next = i == doubling.length - 1 ? "Neg" : "F" + (i + 1);
      String domain = i == doubling.length - 1 ? "" : "local";
      doubling[i] =
          function("F" + i)
              .addNode(node(next, domain, "h", "x"))
              .addNode(node(next, domain, "y", "h"))
              .build();
    }
    assertRefused(calling(call, doubling), "calls of functions by functions");
  }

  private static NodeProto node(String operator, String domain, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .setDomain(domain)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static FunctionProto.Builder function(String name) {
    return FunctionProto.newBuilder()
        .setName(name)
        .setDomain("local")
        .addInput("x")
        .addOutput("y")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("local").setVersion(1));
  }

  private static byte[] calling(NodeProto node, FunctionProto... functions) {
    try {
      ModelProto.Builder model = ModelProto.newBuilder().mergeFrom(bytes("engine/any_rank"));
      model.getGraphBuilder().clearNode().addNode(node);
      return model
          .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("local").setVersion(1))
          .addAllFunctions(List.of(functions))
          .build()
          .toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void groupsInGroupsWithoutEndAreRefused() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    for (int i = 0; i < 100_000; i++) {
      out.writeTag(100, WireFormat.WIRETYPE_START_GROUP);
    }
    out.flush();
    assertRefused(bytes.toByteArray(), "no ONNX protobuf");
    assertRefused(new byte[] {7 << 3 | WireFormat.WIRETYPE_END_GROUP}, "no ONNX protobuf");
  }

  @Test
  void lengthsBeyondTheFileAreRefused() throws Exception {
    for (int length : new int[] {1, 1000, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeTag(ModelProto.GRAPH_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      out.writeUInt32NoTag(length);
      out.flush();
      assertRefused(bytes.toByteArray(), "no ONNX protobuf");
    }
  }

  private void assertRefused(byte[] model, String reason) {
    assertThatThrownBy(() -> onnx.engine.load(source("bad.onnx", model), CPU).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("bad.onnx: found " + model.length + " bytes")
        .hasMessageContaining(reason);
  }

  /** Whatever the bytes are, the answer is a model or this exception, and the JVM lives on. */
  @Test
  void damagedFilesLoadOrAreRefused() {
    long seed = 20260101;
    Random random = new Random(seed);
    int refused = 0;
    List<String> names =
        List.of("mlp4", "classifier_zipmap", "strings_out", "engine/unsigned_in", "engine/pieces");
    for (int i = 0; i < 1500; i++) {
      String name = names.get(i % names.size());
      byte[] bytes = damaged(bytes(name), random);
      try (EngineModel model = onnx.engine.load(source(name, bytes), CPU)) {
        model.slot().close();
      } catch (ModelLoadException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            "seed %d, mutant %d of %s: %s".formatted(seed, i, name, Arrays.toString(bytes)), e);
      }
    }
    System.out.printf("seed %d: %d of 1500 damaged models were refused%n", seed, refused);
    assertThat(refused).isGreaterThan(300);
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    switch (random.nextInt(4)) {
      case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        for (int i = 0; i < 5; i++) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      default -> {
        int from = random.nextInt(bytes.length);
        int length = random.nextInt(Math.min(20, bytes.length - from));
        System.arraycopy(whole, random.nextInt(whole.length - length), bytes, from, length);
      }
    }
    return bytes;
  }
}

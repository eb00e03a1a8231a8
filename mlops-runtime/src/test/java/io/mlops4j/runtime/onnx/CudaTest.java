package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Device;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.LoadRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only a machine with an NVIDIA GPU can show; {@code docs/hardware.md} says how to run it. */
@Tag("gpu")
class CudaTest {
  private static final long SEED = 20_261_125;

  /** Single precision throughout, as on the CPU, in place of the shorter TF32. */
  private static final Device CUDA = Device.cuda(0).withOption("use_tf32", "0");

  private final OnnxFixture onnx = new OnnxFixture();

  @BeforeAll
  static void needsAGpu() {
    try (OnnxFixture onnx = new OnnxFixture()) {
      load(onnx, bytes("mlp4"), CUDA).close();
    } catch (EngineUnavailableException e) {
      System.out.println("skipped: " + e.getMessage());
      Assumptions.abort(e.getMessage());
    }
  }

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
  }

  private static EngineModel load(OnnxFixture onnx, byte[] model, Device... devices) {
    return onnx.engine.load(
        source("model.onnx", model),
        LoadRequest.on(DeviceRequest.of(List.of(devices))).withProfiling());
  }

  private EngineModel load(String name, Device... devices) {
    return load(onnx, bytes(name), devices);
  }

  @Test
  void aRequiredGpuRunsTheWholeModel() {
    try (EngineModel model = load("mlp4", CUDA)) {
      assertThat(model.placement().devices()).containsExactly("cuda:0");
      assertThat(model.placement().nodesByDevice()).containsOnlyKeys("cuda:0");
      assertThat(model.placement().nodesByDevice().get("cuda:0")).isPositive();
    }
  }

  @Test
  void aPreferredGpuIsTakenWhereItIsThere() {
    try (EngineModel model = load("mlp4", CUDA, Device.cpu())) {
      assertThat(model.placement().devices()).containsExactly("cuda:0", "cpu");
      assertThat(model.placement().missing()).isEmpty();
      assertThat(model.placement().nodesByDevice().get("cuda:0")).isPositive();
    }
  }

  /** What the CPU answers other tests compare with other libraries. */
  @ParameterizedTest
  @ValueSource(strings = {"mlp4", "classifier", "engine/any_rank", "dynamic"})
  void answersAreThoseOfTheCpu(String name) {
    compare(bytes(name));
  }

  @Test
  void answersOfManyProductsAreThoseOfTheCpu() {
    compare(perceptron(64, 512, 10));
  }

  private void compare(byte[] content) {
    try (EngineModel cpu = load(onnx, content, Device.cpu());
        EngineModel gpu = load(onnx, content, CUDA, Device.cpu());
        EngineSlot expected = cpu.slot();
        EngineSlot found = gpu.slot()) {
      Random random = new Random(SEED);
      for (int rows : new int[] {1, 7, 1000}) {
        long[] dims = dims((TensorSpec) cpu.signature().inputs().get(0), rows);
        byte[] x = gaussian(random, Arrays.stream(dims).reduce(1, (a, b) -> a * b));
        int last = cpu.signature().outputs().size() - 1; // of floats
        feed(expected, 0, x, dims);
        feed(found, 0, x, dims);
        expected.run();
        found.run();
        assertThat(floats(found.output(last)))
            .as("%d rows, seed %d", rows, SEED)
            .hasSameSizeAs(floats(expected.output(last)))
            .containsExactly(floats(expected.output(last)), Offset.offset(1e-5f));
        expected.recycle();
        found.recycle();
      }
    }
  }

  private static long[] dims(TensorSpec input, int rows) {
    return input.anyRank()
        ? new long[] {rows}
        : input.shape().stream().mapToLong(dim -> dim.size().orElse(rows)).toArray();
  }

  private static byte[] gaussian(Random random, long values) {
    float[] x = new float[(int) values];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return floats(x);
  }

  /** Softmax(Relu(x A) B), with weights that keep the size of what goes through. */
  private static byte[] perceptron(int in, int hidden, int out) {
    Random random = new Random(SEED);
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(
            GraphProto.newBuilder()
                .setName("perceptron")
                .addInitializer(weights(random, "a", in, hidden))
                .addInitializer(weights(random, "b", hidden, out))
                .addNode(node("MatMul", "xa", "x", "a"))
                .addNode(node("Relu", "h", "xa"))
                .addNode(node("MatMul", "hb", "h", "b"))
                .addNode(node("Softmax", "y", "hb"))
                .addInput(matrix("x", in))
                .addOutput(matrix("y", out)))
        .build()
        .toByteArray();
  }

  private static TensorProto weights(Random random, String name, int rows, int columns) {
    TensorProto.Builder weights =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .addDims(rows)
            .addDims(columns);
    for (int i = 0; i < rows * columns; i++) {
      weights.addFloatData((float) (random.nextGaussian() / Math.sqrt(rows)));
    }
    return weights.build();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static ValueInfoProto matrix(String name, int columns) {
    TensorShapeProto shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"))
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(columns))
            .build();
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(shape)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  @Test
  void operatorsOfTextNeedTheCpuByName() {
    assertThatThrownBy(() -> load("engine/words", CUDA))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("only [cuda:0] may be used");
    try (EngineModel model = load("engine/words", CUDA, Device.cpu())) {
      assertThat(model.placement().nodesByDevice().get("cpu")).isPositive();
    }
  }

  @Test
  void optionsThatItDoesNotKnowAreRefusedInPlaceOfTheCpu() {
    assertThatThrownBy(() -> load("mlp4", Device.cuda(0).withOption("no_such", "1"), Device.cpu()))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("device cuda:0 {no_such=1}: found options");
  }

  @Test
  void aGpuThatIsNotThereIsToldAndNeverReplacedByAnother() {
    assertThatThrownBy(() -> load("mlp4", Device.cuda(9999)))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("device cuda:9999");
    try (EngineModel model = load("mlp4", Device.cuda(9999), Device.cpu())) {
      assertThat(model.placement().devices()).containsExactly("cpu");
      assertThat(model.placement().missing()).containsOnlyKeys("cuda:9999");
      assertThat(model.placement().nodesByDevice()).containsOnlyKeys("cpu");
    }
  }
}

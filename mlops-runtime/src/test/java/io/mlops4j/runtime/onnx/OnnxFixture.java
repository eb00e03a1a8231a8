package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import io.mlops4j.spi.LoadRequest;
import io.mlops4j.spi.ModelSource;
import io.mlops4j.spi.StringColumn;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An open engine over counted memory, models by name, and the same calls made on ONNX Runtime. */
final class OnnxFixture implements AutoCloseable {
  static final LoadRequest CPU = LoadRequest.on(DeviceRequest.any());

  final DirectMemory memory = new DirectMemory();
  final OnnxEngine engine = OnnxEngine.open(EngineOptions.of(memory, 1));

  EngineModel load(String name) {
    return engine.load(source(name + ".onnx", bytes(name)), CPU);
  }

  /** The bytes of a model in the folder of test models. */
  static byte[] bytes(String name) {
    String resource = "/io/mlops4j/runtime/models/" + name + ".onnx";
    try (InputStream in = OnnxFixture.class.getResourceAsStream(resource)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a slot; returns its outputs as texts, maps and sequences with what they hold. */
  static List<String> answers(EngineModel model, EngineSlot slot) {
    slot.run();
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < model.signature().outputs().size(); i++) {
      answers.add(text(slot.output(i)));
    }
    slot.recycle();
    return answers;
  }

  private static String text(EngineValue value) {
    if (value.kind() != EngineValue.Kind.TENSOR) {
      List<String> children = new ArrayList<>();
      for (int i = 0; i < value.children(); i++) {
        children.add(text(value.child(i)));
      }
      return value.kind() + children.toString();
    }
    return Arrays.toString(dims(value))
        + (value.offsets() != 0 ? Arrays.toString(readText(value)) : Arrays.toString(read(value)));
  }

  static ModelSource source(String name, byte[] bytes) {
    return new Source(name, ByteBuffer.wrap(bytes), Map.of());
  }

  record Source(String name, ByteBuffer content, Map<String, ByteBuffer> external)
      implements ModelSource {
    @Override
    public ModelFormat format() {
      return ModelFormat.ONNX;
    }

    @Override
    public Path main() {
      return Path.of(name);
    }

    @Override
    public ByteBuffer bytes() {
      return content.duplicate();
    }

    @Override
    public Digest digest() {
      return new Digest("sha256", "00".repeat(32));
    }
  }

  static void feed(EngineSlot slot, int input, byte[] elements, long... dims) {
    slot.shape(input, dims);
    Native.copy(elements, 0, slot.address(input), elements.length);
  }

  static void feedText(EngineSlot slot, int input, String[] values, long... dims) {
    slot.shape(input, dims);
    slot.strings(input, text(values));
  }

  static byte[] read(EngineValue value) {
    byte[] elements = new byte[(int) value.bytes()];
    Native.copy(value.address(), elements, 0, elements.length);
    return elements;
  }

  static String[] readText(EngineValue value) {
    byte[] utf8 = read(value);
    long elements = 1;
    for (int i = 0; i < value.rank(); i++) {
      elements *= value.dim(i);
    }
    String[] values = new String[(int) elements];
    for (int i = 0; i < values.length; i++) {
      int start = Native.getInt(value.offsets() + 4L * i);
      int end = Native.getInt(value.offsets() + 4L * (i + 1));
      values[i] = new String(utf8, start, end - start, StandardCharsets.UTF_8);
    }
    return values;
  }

  static long[] dims(EngineValue value) {
    long[] dims = new long[value.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = value.dim(i);
    }
    return dims;
  }

  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  static float[] floats(EngineValue value) {
    float[] values = new float[(int) value.bytes() / 4];
    ByteBuffer.wrap(read(value)).order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
    return values;
  }

  static byte[] longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.nativeOrder());
    bytes.asLongBuffer().put(values);
    return bytes.array();
  }

  /** Three values of which the second cannot be read. */
  static StringColumn failingText() {
    return new Text("a", "b", "c") {
      @Override
      public String get(long i) {
        if (i == 1) {
          throw new UnsupportedOperationException("planted");
        }
        return super.get(i);
      }
    };
  }

  static StringColumn text(String... values) {
    return new Text(values);
  }

  private static class Text implements StringColumn {
    private final String[] values;

    Text(String... values) {
      this.values = values;
    }

    @Override
    public long size() {
      return values.length;
    }

    @Override
    public String get(long i) {
      return values[(int) i];
    }
  }

  /** What ONNX Runtime itself answers, without anything of ours. */
  static Map<String, byte[]> raw(
      String model, ElementType type, byte[] elements, String[] text, long... dims)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, byte[]> answers = new HashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(bytes(model), options);
        OnnxTensor x = tensor(environment, type, elements, text, dims);
        OrtSession.Result result = session.run(Map.of("x", x))) {
      for (Map.Entry<String, OnnxValue> output : result) {
        OnnxTensor tensor = (OnnxTensor) output.getValue();
        answers.put(
            output.getKey(),
            type == ElementType.STRING
                ? List.of((Object[]) tensor.getValue()).toString().getBytes(StandardCharsets.UTF_8)
                : tensor.getByteBuffer().array());
      }
    }
    return answers;
  }

  private static OnnxTensor tensor(
      OrtEnvironment environment, ElementType type, byte[] elements, String[] text, long[] dims)
      throws OrtException {
    if (type == ElementType.STRING) {
      return OnnxTensor.createTensor(environment, text, dims);
    }
    ByteBuffer direct =
        ByteBuffer.allocateDirect(elements.length).order(ByteOrder.nativeOrder()).put(elements);
    return TensorTypes.over(direct.flip(), environment, type, dims);
  }

  @Override
  public void close() {
    engine.close();
  }
}

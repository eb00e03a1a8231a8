package io.mlops4j.bench.conformance;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.mlops4j.model.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * ONNX Runtime's own Java API, as its documentation shows it, on one thread as the library here.
 */
final class RawSide implements CaseRunner, AutoCloseable {
  private static final String TYPE = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final UnsignedInputs unsigned = new UnsignedInputs(environment);

  @Override
  public List<Map<String, Value>> answer(TestCase test) throws Exception {
    List<Map<String, Value>> answers = new ArrayList<>();
    try (SessionOptions options = options();
        OrtSession session = environment.createSession(test.model().toString(), options)) {
      for (Map<String, Value> inputs : test.inputs()) {
        answers.add(run(session, inputs));
      }
    }
    return answers;
  }

  private static SessionOptions options() throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    return options;
  }

  private Map<String, Value> run(OrtSession session, Map<String, Value> inputs) throws Exception {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Value> input : inputs.entrySet()) {
        tensors.put(input.getKey(), tensor(input.getValue().tensors().get(0)));
      }
      Map<String, Value> outputs = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(tensors)) {
        for (Map.Entry<String, OnnxValue> output : result) {
          outputs.put(output.getKey(), read(output.getValue()));
        }
      }
      return outputs;
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(Tensor tensor) throws OrtException {
    long[] shape = tensor.dims();
    ByteBuffer bits = direct(tensor);
    return switch (tensor.type()) {
      case FLOAT32 -> OnnxTensor.createTensor(environment, bits.asFloatBuffer(), shape);
      case FLOAT64 -> OnnxTensor.createTensor(environment, bits.asDoubleBuffer(), shape);
      case INT64 -> OnnxTensor.createTensor(environment, bits.asLongBuffer(), shape);
      case INT32 -> OnnxTensor.createTensor(environment, bits.asIntBuffer(), shape);
      case INT16 -> OnnxTensor.createTensor(environment, bits.asShortBuffer(), shape);
      case FLOAT16 ->
          OnnxTensor.createTensor(environment, bits.asShortBuffer(), shape, OnnxJavaType.FLOAT16);
      case BFLOAT16 ->
          OnnxTensor.createTensor(environment, bits.asShortBuffer(), shape, OnnxJavaType.BFLOAT16);
      case INT8 -> OnnxTensor.createTensor(environment, bits, shape, OnnxJavaType.INT8);
      case UINT8 -> OnnxTensor.createTensor(environment, bits, shape, OnnxJavaType.UINT8);
      case BOOL -> OnnxTensor.createTensor(environment, bits, shape, OnnxJavaType.BOOL);
      case STRING ->
          OnnxTensor.createTensor(environment, tensor.texts().toArray(String[]::new), shape);
      case UINT16, UINT32, UINT64 -> unsigned.tensor(tensor.type(), bits, shape);
    };
  }

  private static ByteBuffer direct(Tensor tensor) {
    byte[] bytes = tensor.bytes();
    return ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder()).put(bytes).flip();
  }

  private static Value read(OnnxValue value) throws OrtException, NotCompared {
    if (value instanceof OnnxTensor tensor) {
      return Value.of(read(tensor));
    }
    if (!(value instanceof OnnxSequence sequence)) {
      throw new NotCompared("found " + value + ", which is not compared");
    }
    List<? extends OnnxValue> elements = sequence.getValue();
    try {
      List<Tensor> tensors = new ArrayList<>();
      for (OnnxValue element : elements) {
        tensors.addAll(read(element).tensors());
      }
      return Value.sequence(tensors);
    } finally {
      OnnxValue.close(elements);
    }
  }

  private static Tensor read(OnnxTensor tensor) throws OrtException, NotCompared {
    String name = tensor.getInfo().onnxType.name().substring(TYPE.length());
    ElementType type =
        Tensor.type(name)
            .orElseThrow(() -> new NotCompared("ONNX Runtime's Java API has no type for " + name));
    long[] shape = tensor.getInfo().getShape();
    return type == ElementType.STRING
        ? Tensor.ofText(shape, texts(tensor.getValue()).toList())
        : Tensor.of(type, shape, tensor.getByteBuffer().array());
  }

  /** Text comes in arrays as deep as the tensor has dimensions. */
  private static Stream<String> texts(Object value) {
    return value instanceof Object[] array
        ? Arrays.stream(array).flatMap(RawSide::texts)
        : Stream.of((String) value);
  }

  @Override
  public void close() {
    unsigned.close();
  }
}

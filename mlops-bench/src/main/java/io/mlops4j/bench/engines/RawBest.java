package io.mlops4j.bench.engines;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.bench.ratios.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * ONNX Runtime's Java API at its best: the rows lie ready in direct buffers, the output is pinned
 * to another, and tensors, maps and options are made once.
 */
final class RawBest implements Side {
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession.RunOptions runOptions = new OrtSession.RunOptions();
  private final OrtSession session;
  private final FloatBuffer output;
  private final Map<String, OnnxTensor> inputs = new HashMap<>();
  private final Map<String, OnnxTensor> outputs;
  private final float[] answer;

  /** Makes the tensor of an input, once. */
  interface Input {
    OnnxTensor tensor(OrtEnvironment environment) throws OrtException;
  }

  RawBest(Path model, Map<String, Input> inputs, String output, long... outputShape)
      throws OrtException {
    this(model, true, inputs, output, outputShape);
  }

  /**
   * @param arena whether values inside the model are in ONNX Runtime's arena, as they are by
   *     default
   */
  RawBest(Path model, boolean arena, Map<String, Input> inputs, String output, long... outputShape)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    options.setIntraOpNumThreads(1);
    options.setCPUArenaAllocator(arena);
    session = environment.createSession(model.toString(), options);
    for (Map.Entry<String, Input> input : inputs.entrySet()) {
      this.inputs.put(input.getKey(), input.getValue().tensor(environment));
    }
    answer = new float[elements(outputShape)];
    this.output = direct(answer.length * Float.BYTES).asFloatBuffer();
    outputs = Map.of(output, OnnxTensor.createTensor(environment, this.output, outputShape));
  }

  static Input floats(float[] values, long... shape) {
    FloatBuffer buffer = direct(values.length * Float.BYTES).asFloatBuffer().put(0, values);
    return environment -> OnnxTensor.createTensor(environment, buffer, shape);
  }

  static Input longs(long[] values, long... shape) {
    LongBuffer buffer = direct(values.length * Long.BYTES).asLongBuffer().put(0, values);
    return environment -> OnnxTensor.createTensor(environment, buffer, shape);
  }

  private static int elements(long[] shape) {
    long elements = 1;
    for (long size : shape) {
      elements *= size;
    }
    return Math.toIntExact(elements);
  }

  static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public float run() throws OrtException {
    session.run(inputs, Set.of(), outputs, runOptions).close();
    output.get(0, answer);
    return answer[0];
  }

  /** Of the last run, a value for each row. */
  float[] answer() {
    return answer;
  }

  @Override
  public void close() throws IOException {
    outputs.values().forEach(OnnxTensor::close);
    inputs.values().forEach(OnnxTensor::close);
    runOptions.close();
    close(session, options);
  }

  static void close(OrtSession session, OrtSession.SessionOptions options) throws IOException {
    try (options) {
      session.close();
    } catch (OrtException e) {
      throw new IOException(e);
    }
  }
}

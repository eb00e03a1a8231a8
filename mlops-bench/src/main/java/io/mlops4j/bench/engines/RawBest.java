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
import java.util.Map;
import java.util.Set;

/**
 * ONNX Runtime's Java API at its best: the rows lie ready in a direct buffer, the output is pinned
 * to another, and tensors, maps and options are made once.
 */
final class RawBest implements Side {
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession.RunOptions runOptions = new OrtSession.RunOptions();
  private final OrtSession session;
  private final FloatBuffer output;
  private final OnnxTensor inputTensor;
  private final OnnxTensor outputTensor;
  private final Map<String, OnnxTensor> inputs;
  private final Map<String, OnnxTensor> outputs;
  private final float[] answer;

  RawBest(int rows) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    options.setIntraOpNumThreads(1);
    session = environment.createSession(Mlp32.model(), options);
    FloatBuffer input = direct(rows * Mlp32.FEATURES);
    input.put(0, Mlp32.rows(rows));
    output = direct(rows);
    inputTensor = OnnxTensor.createTensor(environment, input, new long[] {rows, Mlp32.FEATURES});
    outputTensor = OnnxTensor.createTensor(environment, output, new long[] {rows, 1});
    inputs = Map.of("x", inputTensor);
    outputs = Map.of("y", outputTensor);
    answer = new float[rows];
  }

  private static FloatBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Override
  public float run() throws OrtException {
    session.run(inputs, Set.of(), outputs, runOptions).close();
    output.get(0, answer);
    return answer[0];
  }

  @Override
  public void close() throws IOException {
    outputTensor.close();
    inputTensor.close();
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

package io.mlops4j.bench.engines;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.bench.ratios.Side;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * ONNX Runtime's Java API at its best with text: the words lie ready in an array, the output is
 * pinned. A tensor of text cannot be written again, so it is made for each call.
 */
final class RawWords implements Side {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession.RunOptions runOptions = new OrtSession.RunOptions();
  private final OrtSession session;
  private final String[] words;
  private final long[] shape;
  private final Map<String, OnnxTensor> inputs = new HashMap<>();
  private final FloatBuffer output;
  private final Map<String, OnnxTensor> outputs;
  private final float[] answer;

  RawWords(int rows) throws OrtException {
    options.setIntraOpNumThreads(1);
    session = environment.createSession(Models.file("words").toString(), options);
    words = Words.words(rows);
    shape = new long[] {rows, 1};
    output = RawBest.direct(rows * Float.BYTES).asFloatBuffer();
    outputs = Map.of("y", OnnxTensor.createTensor(environment, output, shape));
    answer = new float[rows];
  }

  @Override
  public float run() throws OrtException {
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, words, shape)) {
      inputs.put("word", tensor);
      session.run(inputs, Set.of(), outputs, runOptions).close();
    }
    output.get(0, answer);
    return answer[0];
  }

  @Override
  public void close() throws IOException {
    outputs.values().forEach(OnnxTensor::close);
    runOptions.close();
    RawBest.close(session, options);
  }
}

package io.mlops4j.bench.engines;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.bench.ratios.Side;
import java.io.IOException;
import java.util.Map;

/** ONNX Runtime's Java API as its examples show it and most write it: arrays in, arrays out. */
final class RawNaive implements Side {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession session;
  private final float[][] rows;

  RawNaive(int rows) throws OrtException {
    options.setIntraOpNumThreads(1);
    session = environment.createSession(Models.file("mlp32").toString(), options);
    float[] flat = Mlp32.rows(rows);
    this.rows = new float[rows][Mlp32.FEATURES];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(flat, row * Mlp32.FEATURES, this.rows[row], 0, Mlp32.FEATURES);
    }
  }

  @Override
  public float run() throws OrtException {
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, rows);
        OrtSession.Result result = session.run(Map.of("x", tensor))) {
      return ((float[][]) result.get(0).getValue())[0][0];
    }
  }

  @Override
  public void close() throws IOException {
    RawBest.close(session, options);
  }
}

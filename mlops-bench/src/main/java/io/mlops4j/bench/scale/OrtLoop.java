package io.mlops4j.bench.scale;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.bench.engines.Models;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** The loop around ONNX Runtime's Java API. Its session uses all processors, as by default. */
final class OrtLoop extends HandWritten {
  private static final Set<String> OUTPUTS = Set.of("probability");

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  OrtLoop(Path in) throws OrtException {
    super(in, "loop.arrow");
    session = environment.createSession(Models.resource(ScoredFile.MODEL).toString());
  }

  @Override
  float[] predict(Inputs inputs) throws OrtException {
    long[] shape = {inputs.rows()};
    try (OnnxTensor distance = OnnxTensor.createTensor(environment, inputs.distance(), shape);
        OnnxTensor hour = OnnxTensor.createTensor(environment, inputs.hour(), shape);
        OnnxTensor weekday = OnnxTensor.createTensor(environment, inputs.weekday(), shape);
        OnnxTensor origin = OnnxTensor.createTensor(environment, inputs.origin(), shape);
        OnnxTensor destination = OnnxTensor.createTensor(environment, inputs.destination(), shape);
        OrtSession.Result result =
            session.run(
                Map.of(
                    "distance", distance,
                    "hour", hour,
                    "weekday", weekday,
                    "origin", origin,
                    "destination", destination),
                OUTPUTS)) {
      FloatBuffer answer = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[inputs.rows()];
      answer.get(values);
      return values;
    }
  }

  @Override
  public void close() throws IOException {
    super.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IOException(e);
    }
  }
}

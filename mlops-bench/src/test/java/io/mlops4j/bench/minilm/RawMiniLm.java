package io.mlops4j.bench.minilm;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Map;

/** The model by ONNX Runtime's own Java API, on as many threads as the library uses here: one. */
final class RawMiniLm implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession session;

  RawMiniLm(Path model) throws OrtException {
    options.setIntraOpNumThreads(1);
    session = environment.createSession(model.toString(), options);
  }

  float[] hidden(Texts texts) throws OrtException {
    long[] shape = {texts.rows(), texts.length()};
    try (OnnxTensor ids = tensor(texts.ids(), shape);
        OnnxTensor mask = tensor(texts.mask(), shape);
        OnnxTensor types = tensor(texts.types(), shape);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
      FloatBuffer answers = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] floats = new float[answers.remaining()];
      answers.get(floats);
      return floats;
    }
  }

  private OnnxTensor tensor(long[] values, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
  }

  @Override
  public void close() throws OrtException {
    session.close();
    options.close();
  }
}

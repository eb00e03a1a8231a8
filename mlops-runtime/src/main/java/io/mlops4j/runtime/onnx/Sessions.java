package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.mlops4j.model.Placement;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Opens sessions from verified bytes. Thread safe. */
final class Sessions {
  private static final long FOLDED_ALWAYS = 4 << 20;
  private static final long FOLDED_PER_BYTE = 8;

  private final OrtEnvironment environment;
  private final int threads;

  Sessions(OrtEnvironment environment, int threads) {
    this.environment = environment;
    this.threads = threads;
  }

  /**
   * Opens a session, which the caller closes.
   *
   * @throws io.mlops4j.error.EngineUnavailableException if the device is not there
   * @throws OrtException if ONNX Runtime refuses the model
   */
  OpenSession open(ModelSource source, SessionModel model, DeviceRequest device)
      throws OrtException {
    SessionOptions options = new SessionOptions();
    try {
      Placement placement = Devices.choose(options, device);
      configure(options, source);
      limitFolding(options, model);
      return new OpenSession(session(model, options), options, placement);
    } catch (OrtException | RuntimeException | Error e) {
      options.close();
      throw e;
    }
  }

  private void configure(SessionOptions options, ModelSource source) throws OrtException {
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    // The model file is no folder: no weights are read from files that nobody verified.
    options.addConfigEntry(
        "session.model_external_initializers_file_folder_path", source.main().toString());
    // Whatever it would print also comes as an exception.
    options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
  }

  /**
   * A model of a few lines can ask for products of huge constants, which ONNX Runtime computes
   * while it opens a session, for as long as it takes. What a file honestly holds folded is some
   * times its size: half-precision or four-bit weights made wide. The rest is left to the runs,
   * which have deadlines.
   */
  private static void limitFolding(SessionOptions options, SessionModel model) throws OrtException {
    options.addConfigEntry(
        "optimization.constant_folding_max_output_size_in_bytes",
        Long.toString(Math.max(FOLDED_ALWAYS, FOLDED_PER_BYTE * model.bytes())));
  }

  private OrtSession session(SessionModel model, SessionOptions options) throws OrtException {
    Map<String, OnnxTensorLike> weights = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, SessionModel.Weight> weight : model.weights().entrySet()) {
        weights.put(weight.getKey(), tensor(weight.getValue()));
      }
      if (!weights.isEmpty()) {
        options.addExternalInitializers(weights);
      }
      return session(model.model(), options);
    } finally {
      weights.values().forEach(OnnxTensorLike::close); // the session has copies
    }
  }

  private OnnxTensor tensor(SessionModel.Weight weight) throws OrtException {
    return TensorTypes.over(weight.elements(), environment, weight.type(), weight.tensor().shape());
  }

  private OrtSession session(ByteBuffer bytes, SessionOptions options) throws OrtException {
    if (bytes.isDirect()) {
      return environment.createSession(bytes, options);
    }
    byte[] copy = new byte[bytes.limit()];
    bytes.get(0, copy);
    return environment.createSession(copy, options);
  }
}

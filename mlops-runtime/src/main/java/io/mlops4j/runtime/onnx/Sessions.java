package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.mlops4j.model.Placement;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;

/** Opens sessions from verified bytes. Thread safe. */
final class Sessions {
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
  OpenSession open(ModelSource source, ByteBuffer bytes, DeviceRequest device) throws OrtException {
    SessionOptions options = new SessionOptions();
    try {
      Placement placement = Devices.choose(options, device);
      configure(options, source);
      return new OpenSession(session(bytes, options), options, placement);
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

  private OrtSession session(ByteBuffer bytes, SessionOptions options) throws OrtException {
    if (bytes.isDirect()) {
      return environment.createSession(bytes, options);
    }
    byte[] copy = new byte[bytes.limit()];
    bytes.get(0, copy);
    return environment.createSession(copy, options);
  }
}

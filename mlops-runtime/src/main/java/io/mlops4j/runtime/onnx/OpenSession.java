package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import org.jspecify.annotations.Nullable;

/**
 * A session with the objects that must outlive it.
 *
 * @param options the options that it was made with
 * @param devices where it runs
 * @param profile where it writes its profile, or null if it has none
 */
record OpenSession(
    OrtSession session, SessionOptions options, Devices devices, @Nullable SessionProfile profile)
    implements AutoCloseable {
  /** Must be called once only: ONNX Runtime fails to close a session twice. */
  @Override
  public void close() {
    try (profile;
        options) {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session", e);
    }
  }
}

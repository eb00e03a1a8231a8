package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.mlops4j.model.Placement;

/**
 * A session with the options that must outlive it.
 *
 * @param session the session
 * @param options what it was made with
 * @param placement where it runs
 */
record OpenSession(OrtSession session, SessionOptions options, Placement placement)
    implements AutoCloseable {
  /** To be called once: ONNX Runtime refuses to close a session again. */
  @Override
  public void close() {
    try (options) {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session", e);
    }
  }
}

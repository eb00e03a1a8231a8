package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;

/** Ends runs from another thread. */
interface RunControl extends AutoCloseable {
  /** Ends the running and all later runs, or lets runs start again. */
  void terminate(boolean terminate) throws OrtException;

  @Override
  void close();
}

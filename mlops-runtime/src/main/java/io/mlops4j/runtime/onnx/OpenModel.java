package io.mlops4j.runtime.onnx;

import io.mlops4j.runtime.onnx.graph.OnnxGraph;

/**
 * A model in a session.
 *
 * @param session the session
 * @param graph what the opened file says of itself; not to be kept, as it may hold the file's bytes
 * @param bytes how much the session holds: ONNX Runtime tells nothing, but a model is mostly
 *     weights, which a session holds once
 */
record OpenModel(OpenSession session, OnnxGraph graph, long bytes) implements AutoCloseable {
  @Override
  public void close() {
    session.close();
  }
}

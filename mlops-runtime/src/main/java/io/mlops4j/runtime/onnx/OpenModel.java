package io.mlops4j.runtime.onnx;

import io.mlops4j.runtime.onnx.graph.FoundTrees;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;

/**
 * A model in a session.
 *
 * @param graph the declarations of the opened file; must not be kept, because it may hold the
 *     file's bytes
 * @param trees its parts if it ends with an ensemble of trees; must not be kept either
 * @param bytes the size of the session: ONNX Runtime does not report it, but a model is mostly
 *     weights, which a session holds once
 */
record OpenModel(OpenSession session, OnnxGraph graph, FoundTrees trees, long bytes)
    implements AutoCloseable {
  @Override
  public void close() {
    session.close();
  }
}

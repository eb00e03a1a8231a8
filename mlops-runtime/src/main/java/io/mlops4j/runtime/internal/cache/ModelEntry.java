package io.mlops4j.runtime.internal.cache;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A model as an engine has prepared it: a graph, verified and in memory, and weights, which the
 * engine reads by path. Immutable and thread safe.
 *
 * @param folder where the weights are
 * @param graph the graph's bytes, not to be written
 * @param weights the stamp of the weights when they were verified, or null if all are in the graph
 */
public record ModelEntry(Path folder, ByteBuffer graph, @Nullable Stamp weights) {
  /** The name of the graph's file. */
  public static final String GRAPH = "graph.onnx";

  /** The name of the weights' file. */
  public static final String WEIGHTS = "weights.bin";

  static final String MANIFEST = "entry.txt";

  /**
   * Returns the size of graph and weights.
   *
   * @return bytes
   */
  public long bytes() {
    return graph.limit() + (weights == null ? 0 : weights.size());
  }
}

package io.mlops4j.runtime.internal.cache;

import io.mlops4j.runtime.internal.file.Stamp;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A model as an engine has prepared it: a graph, verified and in memory, and weights, which the
 * engine reads by path. Immutable and thread safe.
 *
 * @param folder the folder that holds the files
 * @param graph the graph's bytes, read-only by agreement
 * @param weights the stamp of the verified weights, or null if the graph contains all weights
 */
public record ModelEntry(Path folder, ByteBuffer graph, @Nullable Stamp weights) {
  public static final String GRAPH = "graph.onnx";
  public static final String WEIGHTS = "weights.bin";
  static final String MANIFEST = "entry.txt";

  /** Returns the size of graph and weights in bytes. */
  public long bytes() {
    return graph.limit() + (weights == null ? 0 : weights.size());
  }
}

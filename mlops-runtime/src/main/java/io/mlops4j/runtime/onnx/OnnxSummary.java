package io.mlops4j.runtime.onnx;

import io.mlops4j.runtime.source.ModelFiles;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an ONNX file says of itself, beside its signature. Immutable.
 *
 * @param producer the program that wrote the file, with its version; empty if the file does not say
 * @param operatorSets the version of each operator set that the file needs, by domain; {@code
 *     ai.onnx} is ONNX's own
 * @param operators how many nodes have each operator, in subgraphs and functions too; operators
 *     outside {@code ai.onnx} begin with their domain
 */
public record OnnxSummary(
    String producer, SortedMap<String, Long> operatorSets, SortedMap<String, Integer> operators) {
  /**
   * Copies both maps.
   *
   * @param producer the program that wrote the file; may be empty
   * @param operatorSets version by domain
   * @param operators number of nodes by operator
   */
  public OnnxSummary {
    operatorSets = Collections.unmodifiableSortedMap(new TreeMap<>(operatorSets));
    operators = Collections.unmodifiableSortedMap(new TreeMap<>(operators));
  }

  /**
   * Reads a file. Weights are stepped over, and no native code is loaded.
   *
   * @param file the ONNX file
   * @return what it says
   * @throws io.mlops4j.error.ModelLoadException if the file cannot be read or is no ONNX protobuf
   */
  public static OnnxSummary read(Path file) {
    OnnxGraph graph = OnnxGraph.read(ModelFiles.read(file), file);
    SortedMap<String, Long> sets = new TreeMap<>();
    graph
        .operatorSets()
        .forEach(
            set ->
                sets.put(
                    set.getDomain().isEmpty() ? "ai.onnx" : set.getDomain(), set.getVersion()));
    return new OnnxSummary(graph.producer(), sets, graph.operators());
  }
}

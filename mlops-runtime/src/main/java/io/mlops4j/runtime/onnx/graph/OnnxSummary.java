package io.mlops4j.runtime.onnx.graph;

import io.mlops4j.runtime.internal.source.ModelFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The declarations of an ONNX file in addition to its signature. The maps must not be changed.
 *
 * @param producer the program that wrote the file, with its version; empty if the file does not say
 * @param operatorSets the version of each operator set that the file needs, by domain; {@code
 *     ai.onnx} is ONNX's own
 * @param operators how many nodes have each operator, in subgraphs and functions too; operators
 *     outside {@code ai.onnx} begin with their domain
 * @param guarded how many nodes of each operator get a guard when the model is loaded, because data
 *     could end the process through them
 */
public record OnnxSummary(
    String producer,
    SortedMap<String, Long> operatorSets,
    SortedMap<String, Integer> operators,
    SortedMap<String, Integer> guarded) {

  /**
   * Reads a file. Weights are skipped, and native code is not loaded.
   *
   * @param file the ONNX file
   * @return its declarations
   * @throws io.mlops4j.error.ModelLoadException if the file cannot be read or is not an ONNX
   *     protobuf
   */
  public static OnnxSummary read(Path file) {
    ByteBuffer model = ModelFiles.read(file);
    OnnxGraph graph = OnnxGraph.read(model, file);
    SortedMap<String, Long> sets = new TreeMap<>();
    graph
        .operatorSets()
        .forEach(
            set ->
                sets.put(
                    set.getDomain().isEmpty() ? "ai.onnx" : set.getDomain(), set.getVersion()));
    SortedMap<String, Integer> guarded =
        graph.hazardous()
            ? ModelGuards.find(ModelRewriter.parsed(model, file), true).counts()
            : new TreeMap<>();
    return new OnnxSummary(graph.producer(), sets, graph.operators(), guarded);
  }
}

package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.mlops4j.error.ModelLoadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * What an ONNX file says of itself, and ONNX Runtime's Java API does not tell.
 *
 * @param inputs what the graph declares as inputs, initialisers that a caller could override among
 *     them
 * @param outputs the graph's outputs
 * @param initializers the names of the main graph's initialisers
 * @param read the names of all values that an operator, also one in a subgraph, or an output reads
 * @param operatorSets the sets of operators that it asks for
 * @param external every tensor, wherever it stands, whose elements lie in another file
 * @param labels the labels of its classifiers and maps that are text
 * @param unusual the characters of text inside it that {@link ExactText} is for
 * @param hazardous whether it has an operator through which data may end the process, unless {@link
 *     ModelGuards} guards it
 * @param operators how many nodes, those of subgraphs and functions among them, have each operator
 * @param producer who wrote the file, with the version; empty if it does not say
 */
record OnnxGraph(
    List<ValueInfoProto> inputs,
    List<ValueInfoProto> outputs,
    Set<String> initializers,
    Set<String> read,
    List<OperatorSetIdProto> operatorSets,
    List<ExternalTensor> external,
    Set<String> labels,
    Set<String> unusual,
    boolean hazardous,
    SortedMap<String, Integer> operators,
    String producer) {

  /**
   * Reads a file without copying weights.
   *
   * @throws ModelLoadException if it is no ONNX protobuf
   */
  static OnnxGraph read(ByteBuffer model, Path file) {
    try {
      return GraphReader.read(model);
    } catch (IOException e) {
      throw new ModelLoadException(
          "%s: found %d bytes that are no ONNX protobuf (%s), expected a complete ONNX model; export it again, or check that it was not cut or altered"
              .formatted(file, model.remaining(), e.getMessage()),
          e);
    }
  }

  /** Initialisers that are declared as inputs too, for callers to override, which Java cannot. */
  Set<String> constants() {
    return inputs.stream()
        .map(ValueInfoProto::getName)
        .filter(initializers::contains)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The type that the file declares for an output; empty if it leaves it to inference. */
  Optional<TypeProto> output(String name) {
    return type(outputs, name);
  }

  /** The type that the file declares for an input. */
  Optional<TypeProto> input(String name) {
    return type(inputs, name);
  }

  private static Optional<TypeProto> type(List<ValueInfoProto> values, String name) {
    return values.stream()
        .filter(value -> value.getName().equals(name) && value.hasType())
        .map(ValueInfoProto::getType)
        .findFirst();
  }

  /** For messages, for example {@code ai.onnx 17, ai.onnx.ml 3}. */
  String operatorSetsText() {
    return operatorSets.stream()
        .map(s -> (s.getDomain().isEmpty() ? "ai.onnx" : s.getDomain()) + " " + s.getVersion())
        .collect(Collectors.joining(", "));
  }
}

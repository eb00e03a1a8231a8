package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.mlops4j.error.ModelLoadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * The declarations of an ONNX file that ONNX Runtime's Java API does not expose.
 *
 * @param inputs the declared inputs, including initialisers that a caller could override
 * @param outputs the graph's outputs
 * @param initializers the names of the main graph's initialisers
 * @param read the names of all values that an output or an operator reads, including operators in
 *     subgraphs
 * @param operatorSets the operator sets that it needs
 * @param external every tensor, wherever it stands, whose elements lie in another file
 * @param labels the text labels of its classifiers and maps
 * @param unusual the characters of its texts that {@link AlteredCharacters} finds
 * @param hazardous whether it has an operator through which data may end the process, unless {@link
 *     ModelGuards} guards it
 * @param operators how many nodes have each operator, including nodes of subgraphs and functions
 * @param producer who wrote the file, with the version; empty if it does not say
 */
public record OnnxGraph(
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

  /** ONNX's protobuf of one {@code Identity} of floats. */
  private static final String SMALLEST =
      "\b\b:>\n\020\n\001x\022\001y\"\bIdentityZ\024\n\001x\022\017\n\r\b\001\022\t\n\003\022\001n\n\002\b\001b\024\n\001y\022\017\n\r\b\001\022\t\n\003\022\001n\n\002\b\001B\002\020\r";

  /**
   * Reads a small model, so that the classes that read models are loaded. A new process can do so
   * while it waits.
   */
  public static void load() {
    byte[] model = SMALLEST.getBytes(StandardCharsets.ISO_8859_1);
    OnnxGraph unused = read(ByteBuffer.wrap(model), Path.of(""));
  }

  /**
   * Reads a file without copying weights.
   *
   * @param model the file's bytes
   * @param file the file's path, for messages
   * @return the file's declarations
   * @throws ModelLoadException if it is not an ONNX protobuf
   */
  public static OnnxGraph read(ByteBuffer model, Path file) {
    try {
      return GraphReader.read(model);
    } catch (IOException e) {
      throw new ModelLoadException(
          "%s: found %d bytes that are no ONNX protobuf (%s), expected a complete ONNX model; export it again, or check that it was not cut or altered"
              .formatted(file, model.remaining(), e.getMessage()),
          e);
    }
  }

  /**
   * Returns the initialisers that are also declared as inputs. Calls through {@code
   * java.lang.foreign} can override them, ONNX Runtime's Java package cannot.
   *
   * @return their names
   */
  public Set<String> constants() {
    return inputs.stream()
        .map(ValueInfoProto::getName)
        .filter(initializers::contains)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Returns the type that the file declares for an output.
   *
   * @param name the output
   * @return empty if the file leaves it to inference
   */
  public Optional<TypeProto> output(String name) {
    return type(outputs, name);
  }

  /**
   * Returns the type that the file declares for an input.
   *
   * @param name the input
   * @return empty if the file has no such input, or no type for it
   */
  public Optional<TypeProto> input(String name) {
    return type(inputs, name);
  }

  private static Optional<TypeProto> type(List<ValueInfoProto> values, String name) {
    return values.stream()
        .filter(value -> value.getName().equals(name) && value.hasType())
        .map(ValueInfoProto::getType)
        .findFirst();
  }

  /**
   * Describes the operator sets, for example {@code ai.onnx 17, ai.onnx.ml 3}.
   *
   * @return a text for messages
   */
  public String operatorSetsText() {
    return operatorSets.stream()
        .map(s -> (s.getDomain().isEmpty() ? "ai.onnx" : s.getDomain()) + " " + s.getVersion())
        .collect(Collectors.joining(", "));
  }
}

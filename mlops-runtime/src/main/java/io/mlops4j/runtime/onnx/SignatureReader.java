package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.ValueInfo;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.onnx.foreign.ForeignSession;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import io.mlops4j.runtime.onnx.graph.OptionalOutputs;
import io.mlops4j.runtime.onnx.graph.ProtoTypes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a session's signature, and rejects outputs that the slots cannot read.
 *
 * <p>ONNX Runtime knows the order of the inputs and the inferred types of the outputs. Its Java API
 * does not distinguish a scalar from a value of unknown rank, and hides unsigned types inside
 * sequences. These are read from the model's file.
 */
final class SignatureReader {
  private final Path model;
  private final OnnxGraph graph;

  private SignatureReader(Path model, OnnxGraph graph) {
    this.model = model;
    this.graph = graph;
  }

  static ModelSignature read(OrtSession session, OnnxGraph graph, Path model) throws OrtException {
    SignatureReader reader = new SignatureReader(model, graph);
    return new ModelSignature(reader.inputs(session), reader.outputs(session));
  }

  /**
   * Reads the signature of a session whose inputs and outputs are tensors.
   *
   * @param features names of initialisers that become inputs if the session can replace them
   */
  static ModelSignature read(
      ForeignSession session, OnnxGraph graph, Path model, Set<String> features)
      throws OrtException {
    SignatureReader reader = new SignatureReader(model, graph);
    List<ValueSpec> inputs = new ArrayList<>();
    for (ForeignSession.Declared input : session.inputs()) {
      inputs.add(reader.input(input));
    }
    if (graph.constants().stream().anyMatch(features::contains)) {
      for (ForeignSession.Declared input : session.overridable()) {
        if (features.contains(input.name())) {
          Optional<TypeProto> declared = graph.input(input.name());
          inputs.add(optional(reader.tensor("input", input.name(), input, declared)));
        }
      }
    }
    List<ValueSpec> outputs = new ArrayList<>();
    for (ForeignSession.Declared output : session.outputs()) {
      String name = OptionalOutputs.declared(output.name());
      Optional<TypeProto> declared = graph.output(name).map(OptionalOutputs::element);
      outputs.add(reader.tensor("output", name, output, declared));
    }
    return new ModelSignature(inputs, reader.some(outputs));
  }

  private static TensorSpec optional(TensorSpec input) {
    return new TensorSpec(input.name(), input.type(), input.shape(), input.anyRank(), true);
  }

  /** ONNX Runtime does not describe the tensor inside an optional input, but the file does. */
  private TensorSpec input(ForeignSession.Declared input) {
    Optional<TypeProto> declared = graph.input(input.name());
    if (input.type() != ForeignSession.NO_TENSOR) {
      return tensor("input", input.name(), input, declared);
    }
    TypeProto inside = declared.map(OptionalOutputs::element).orElseThrow();
    List<TensorShapeProto.Dimension> dims = inside.getTensorType().getShape().getDimList();
    return optional(
        tensor(
            "input",
            input.name(),
            ProtoTypes.element(inside.getTensorType().getElemType()),
            dims.stream().mapToLong(dim -> dim.hasDimValue() ? dim.getDimValue() : -1).toArray(),
            dims.stream().map(TensorShapeProto.Dimension::getDimParam).toArray(String[]::new),
            Optional.of(inside)));
  }

  private TensorSpec tensor(
      String side, String name, ForeignSession.Declared tensor, Optional<TypeProto> declared) {
    return tensor(
        side,
        name,
        ProtoTypes.element(tensor.type()),
        tensor.shape(),
        tensor.symbols().toArray(String[]::new),
        declared);
  }

  private List<ValueSpec> inputs(OrtSession session) throws OrtException {
    List<ValueSpec> specs = new ArrayList<>();
    for (NodeInfo input : session.getInputInfo().values()) {
      specs.add(input(input.getName(), input.getInfo()));
    }
    return specs;
  }

  /** Returns a tensor. Other kinds of inputs were rejected before. */
  private TensorSpec input(String name, ValueInfo info) {
    checkName("input", name, graph.inputs());
    if (info instanceof TensorInfo tensor) {
      Optional<TypeProto> declared = graph.input(name);
      return tensor("input", name, tensor, declared);
    }
    throw refused("input", name, info + "; only tensors can be given");
  }

  /**
   * Rejects names that ONNX Runtime would not recognise. Java's own form of UTF-8 has other bytes
   * for U+0000 and for characters beyond U+FFFF.
   */
  private void checkName(String side, String name, List<ValueInfoProto> declared) {
    if (declared.stream().noneMatch(value -> value.getName().equals(name))) {
      throw refused(
          side,
          name,
          "a name that ONNX Runtime's Java API garbles, expected one of %s without emoji and zeros; rename it, or use Java 22 or later with native access enabled (emoji only)"
              .formatted(declared.stream().map(ValueInfoProto::getName).toList()));
    }
  }

  private List<ValueSpec> outputs(OrtSession session) throws OrtException {
    List<ValueSpec> specs = new ArrayList<>();
    for (NodeInfo output : session.getOutputInfo().values()) {
      specs.add(output(OptionalOutputs.declared(output.getName()), output.getInfo()));
    }
    return some(specs);
  }

  private List<ValueSpec> some(List<ValueSpec> specs) {
    if (specs.isEmpty()) {
      // A file that was cut between two fields can be parsed as a model without a graph.
      throw new ModelLoadException(
          model + ": found no outputs, expected at least one; check that the file was not cut",
          null);
    }
    return specs;
  }

  private ValueSpec output(String name, ValueInfo info) {
    checkName("output", name, graph.outputs());
    Optional<TypeProto> declared = graph.output(name).map(OptionalOutputs::element);
    if (info instanceof TensorInfo tensor) {
      return tensor("output", name, tensor, declared);
    }
    if (declared.isPresent()
        && declared.get().getValueCase() != TypeProto.ValueCase.VALUE_NOT_SET) {
      return declared(name, name, declared.get());
    }
    if (info instanceof MapInfo map) {
      return map(name, name, map);
    }
    if (info instanceof SequenceInfo sequence) {
      return sequence(name, sequence);
    }
    throw refused("output", name, "no type, expected one; export the model with shape inference");
  }

  /**
   * Returns the type that the file declares: a sequence or a map, or the value inside one, of any
   * shape.
   */
  private ValueSpec declared(String output, String name, TypeProto type) {
    return switch (type.getValueCase()) {
      case SEQUENCE_TYPE ->
          new SequenceSpec(name, declared(output, "", type.getSequenceType().getElemType()), false);
      case MAP_TYPE ->
          new MapSpec(
              name,
              element(output, type, type.getMapType().getKeyType()),
              declared(output, "", type.getMapType().getValueType()),
              false);
      case TENSOR_TYPE ->
          TensorSpec.ofAnyRank(name, element(output, type, type.getTensorType().getElemType()));
      default ->
          throw refused(
              "output", output, ProtoTypes.text(type) + ", expected a tensor, a sequence or a map");
    };
  }

  private static Dim dim(long size, String symbol) {
    if (size >= 0) {
      return Dim.of(size);
    }
    return symbol.isEmpty() ? Dim.any() : Dim.symbol(symbol);
  }

  private ElementType element(String output, TypeProto type, int dataType) {
    return ProtoTypes.element(dataType)
        .orElseThrow(
            () ->
                refused(
                    "output",
                    output,
                    ProtoTypes.text(type) + ", which Java cannot read; cast it inside the model"));
  }

  /** Returns the type that ONNX Runtime inferred. */
  private SequenceSpec sequence(String name, SequenceInfo sequence) {
    ValueSpec element =
        sequence.isSequenceOfMaps()
            ? map(name, "", Objects.requireNonNull(sequence.mapInfo))
            : nameless(type(name, sequence.sequenceType));
    return new SequenceSpec(name, element, false);
  }

  private MapSpec map(String output, String name, MapInfo map) {
    return new MapSpec(
        name, type(output, map.keyType), nameless(type(output, map.valueType)), false);
  }

  private static TensorSpec nameless(ElementType type) {
    return TensorSpec.ofAnyRank("", type);
  }

  private ElementType type(String output, OnnxJavaType type) {
    return TensorTypes.of(type)
        .orElseThrow(
            () -> refused("output", output, "a sequence or map of a type without a Java form"));
  }

  private TensorSpec tensor(
      String side, String name, TensorInfo tensor, Optional<TypeProto> declared) {
    return tensor(
        side,
        name,
        TensorTypes.of(tensor.onnxType),
        tensor.getShape(),
        tensor.getDimensionNames(),
        declared);
  }

  private TensorSpec tensor(
      String side,
      String name,
      Optional<ElementType> element,
      long[] shape,
      String[] symbols,
      Optional<TypeProto> declared) {
    ElementType type =
        element.orElseThrow(
            () ->
                refused(
                    side,
                    name,
                    declared.map(ProtoTypes::text).orElse("a tensor")
                        + ", a type without a Java form; cast it inside the model"));
    if (shape.length == 0 && !isScalar(declared)) {
      return TensorSpec.ofAnyRank(name, type);
    }
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < shape.length; i++) {
      dims.add(dim(shape[i], i < symbols.length ? symbols[i] : ""));
    }
    return new TensorSpec(name, type, dims, false);
  }

  private static boolean isScalar(Optional<TypeProto> declared) {
    return declared
        .filter(TypeProto::hasTensorType)
        .map(TypeProto::getTensorType)
        .filter(tensor -> tensor.hasShape() && tensor.getShape().getDimCount() == 0)
        .isPresent();
  }

  private ModelLoadException refused(String side, String name, String found) {
    return new ModelLoadException("%s: %s %s: found %s".formatted(model, side, name, found), null);
  }
}

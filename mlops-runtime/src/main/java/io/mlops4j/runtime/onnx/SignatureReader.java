package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a session's signature, and refuses outputs that the slots could not read.
 *
 * <p>ONNX Runtime knows the order of the inputs and what it inferred of the outputs. Its Java API
 * tells a scalar and a value of unknown rank alike, no unsigned type inside a sequence, and nothing
 * at all of any output once one is optional: there the model's own file speaks.
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

  private List<ValueSpec> inputs(OrtSession session) throws OrtException {
    List<ValueSpec> specs = new ArrayList<>();
    for (NodeInfo input : session.getInputInfo().values()) {
      specs.add(input(input.getName(), input.getInfo()));
    }
    return specs;
  }

  /** Its kind was checked before. */
  private TensorSpec input(String name, ValueInfo info) {
    if (info instanceof TensorInfo tensor) {
      return tensor(name, element("input", name, tensor), tensor, graph.input(name));
    }
    throw refused("input", name, info + "; only tensors can be given");
  }

  private List<ValueSpec> outputs(OrtSession session) throws OrtException {
    Map<String, NodeInfo> infos = hasOptionalOutput() ? Map.of() : session.getOutputInfo();
    List<ValueSpec> specs = new ArrayList<>();
    for (String name : session.getOutputNames()) {
      NodeInfo info = infos.get(name);
      specs.add(output(name, info == null ? null : info.getInfo()));
    }
    if (specs.isEmpty()) {
      // A file cut between two fields parses, as a model without a graph.
      throw new ModelLoadException(
          model + ": found no outputs, expected at least one; check that the file was not cut",
          null);
    }
    return specs;
  }

  /** Which makes ONNX Runtime fail to describe all of them. */
  private boolean hasOptionalOutput() {
    return graph.outputs().stream().anyMatch(output -> output.getType().hasOptionalType());
  }

  private ValueSpec output(String name, @Nullable ValueInfo info) {
    Optional<TypeProto> declared = graph.output(name);
    if (info instanceof TensorInfo tensor) {
      return tensor(name, element("output", name, tensor), tensor, declared);
    }
    if (declared.isPresent()
        && declared.get().getValueCase() != TypeProto.ValueCase.VALUE_NOT_SET) {
      return declared(name, name, declared.get(), false);
    }
    if (info instanceof MapInfo map) {
      return map(name, name, map);
    }
    if (info instanceof SequenceInfo sequence) {
      return sequence(name, sequence);
    }
    throw refused("output", name, "no type, expected one; export the model with shape inference");
  }

  /** As the file declares it. */
  private ValueSpec declared(String output, String name, TypeProto type, boolean optional) {
    return switch (type.getValueCase()) {
      case OPTIONAL_TYPE -> declared(output, name, type.getOptionalType().getElemType(), true);
      case SEQUENCE_TYPE ->
          new SequenceSpec(
              name, declared(output, "", type.getSequenceType().getElemType(), false), optional);
      case MAP_TYPE ->
          new MapSpec(
              name,
              element(output, type, type.getMapType().getKeyType()),
              declared(output, "", type.getMapType().getValueType(), false),
              optional);
      case TENSOR_TYPE -> declaredTensor(output, name, type, optional);
      default ->
          throw refused(
              "output", output, ProtoTypes.text(type) + ", expected a tensor, a sequence or a map");
    };
  }

  private TensorSpec declaredTensor(String output, String name, TypeProto type, boolean optional) {
    TypeProto.Tensor tensor = type.getTensorType();
    ElementType element = element(output, type, tensor.getElemType());
    if (name.isEmpty() || !tensor.hasShape()) {
      return new TensorSpec(name, element, List.of(), true, optional); // elements differ in shape
    }
    return new TensorSpec(
        name,
        element,
        tensor.getShape().getDimList().stream().map(SignatureReader::dim).toList(),
        false,
        optional);
  }

  private static Dim dim(Dimension dim) {
    return dim(dim.hasDimValue() ? dim.getDimValue() : -1, dim.getDimParam());
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

  /** As ONNX Runtime inferred it. */
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

  private ElementType element(String side, String name, TensorInfo tensor) {
    return TensorTypes.of(tensor.onnxType)
        .orElseThrow(
            () ->
                refused(
                    side,
                    name,
                    tensor.onnxType + ", a type without a Java form; cast it inside the model"));
  }

  private static TensorSpec tensor(
      String name, ElementType type, TensorInfo tensor, Optional<TypeProto> declared) {
    long[] shape = tensor.getShape();
    if (shape.length == 0 && !isScalar(declared)) {
      return TensorSpec.ofAnyRank(name, type);
    }
    String[] symbols = tensor.getDimensionNames();
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

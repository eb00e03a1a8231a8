package io.mlops4j.runtime.onnx;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a session's signature, and refuses what the slots could not feed or read.
 *
 * <p>ONNX Runtime's Java API tells a scalar and a value of unknown rank alike: both come out with
 * an empty shape.
 */
final class SignatureReader {
  private final Path model;

  private SignatureReader(Path model) {
    this.model = model;
  }

  static ModelSignature read(OrtSession session, Path model) throws OrtException {
    SignatureReader reader = new SignatureReader(model);
    return new ModelSignature(reader.inputs(session), reader.outputs(session));
  }

  private List<ValueSpec> inputs(OrtSession session) {
    List<ValueSpec> specs = new ArrayList<>();
    for (NodeInfo input : infos("input", session.getInputNames(), session::getInputInfo)) {
      specs.add(input(input));
    }
    return specs;
  }

  private ValueSpec input(NodeInfo input) {
    if (!(input.getInfo() instanceof TensorInfo tensor)) {
      throw refused("input", input.getName(), input.getInfo() + "; only tensors can be given");
    }
    ElementType type = type("input", input.getName(), tensor);
    if (!TensorTypes.canBeMade(type)) {
      throw refused(
          "input",
          input.getName(),
          type + ", which ONNX Runtime cannot take from Java; cast it inside the model");
    }
    return spec(input.getName(), type, tensor);
  }

  private List<ValueSpec> outputs(OrtSession session) {
    List<ValueSpec> specs = new ArrayList<>();
    for (NodeInfo output : infos("output", session.getOutputNames(), session::getOutputInfo)) {
      specs.add(output(output));
    }
    if (specs.isEmpty()) {
      // A file cut between two fields parses, as a model without a graph.
      throw new ModelLoadException(
          model + ": found no outputs, expected at least one; check that the file was not cut",
          null);
    }
    return specs;
  }

  private ValueSpec output(NodeInfo output) {
    String name = output.getName();
    if (output.getInfo() instanceof TensorInfo tensor) {
      return spec(name, type("output", name, tensor), tensor);
    }
    if (output.getInfo() instanceof MapInfo map) {
      return map(name, name, map);
    }
    SequenceInfo sequence = (SequenceInfo) output.getInfo();
    ValueSpec element =
        sequence.isSequenceOfMaps()
            ? map(name, "", sequence.mapInfo)
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

  private ElementType type(String side, String name, TensorInfo tensor) {
    return TensorTypes.of(tensor.onnxType)
        .orElseThrow(() -> refused(side, name, tensor.onnxType + ", a type without a Java form"));
  }

  private static TensorSpec spec(String name, ElementType type, TensorInfo tensor) {
    long[] shape = tensor.getShape();
    if (shape.length == 0) {
      return TensorSpec.ofAnyRank(name, type); // a scalar looks the same from Java
    }
    String[] symbols = tensor.getDimensionNames();
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < shape.length; i++) {
      dims.add(dim(shape[i], i < symbols.length ? symbols[i] : ""));
    }
    return new TensorSpec(name, type, dims, false);
  }

  private static Dim dim(long size, String symbol) {
    if (size >= 0) {
      return Dim.of(size);
    }
    return symbol.isEmpty() ? Dim.any() : Dim.symbol(symbol);
  }

  /** An optional value makes ONNX Runtime fail to describe all of them. */
  private Collection<NodeInfo> infos(String side, Set<String> names, Infos infos) {
    try {
      return infos.get().values();
    } catch (OrtException e) {
      throw new ModelLoadException(
          "%s: one of its %ss %s is of a kind that ONNX Runtime cannot describe to Java, an optional or opaque value (%s); expected tensors: export the model without it"
              .formatted(model, side, names, e.getMessage()),
          e);
    }
  }

  private interface Infos {
    Map<String, NodeInfo> get() throws OrtException;
  }

  private ModelLoadException refused(String side, String name, String found) {
    return new ModelLoadException("%s: %s %s: found %s".formatted(model, side, name, found), null);
  }
}

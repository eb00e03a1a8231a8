package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.LoggerFactory;

/**
 * Rewrites a model in memory so that Java can serve it. External elements move inside if they
 * belong to subgraphs, functions, sparse tensors or attributes, or to types without a Java tensor.
 * Optional outputs are replaced by their elements, and {@link ModelGuards} are added.
 *
 * <p>The elements are not copied before the new model is written.
 */
final class ModelRewriter {

  private final ModelSource source;
  private final ExternalWeights external;
  private final Set<String> kept;
  private long added;

  /**
   * @param kept names of the main graph's initialisers that stay external
   */
  ModelRewriter(ModelSource source, ExternalWeights external, Set<String> kept) {
    this.source = source;
    this.external = external;
    this.kept = kept;
  }

  /** Whether the model has nodes that {@link ModelGuards} guards or rejects. */
  boolean mustGuard(ByteBuffer model, boolean trusted) {
    ModelGuards guards = ModelGuards.find(parsed(model, source.main()), trusted);
    return !guards.counts().isEmpty()
        || !guards.unguarded().isEmpty()
        || guards.violation().isPresent();
  }

  /**
   * @param trusted whether operators that cannot be guarded are accepted
   * @param unknownTypes whether divisions get a guard if their type is unknown
   * @return a direct buffer
   * @throws ModelLoadException if the result would be too large, if an attribute would end the
   *     process, or if a node of a model that is not trusted cannot be guarded
   */
  ByteBuffer rewritten(ByteBuffer model, boolean trusted, boolean unknownTypes) {
    ModelProto.Builder builder = parsed(model, source.main());
    model(builder);
    guard(builder, trusted, unknownTypes);
    long expected = model.remaining() + added;
    if (expected > DirectMemory.LIMIT) {
      throw new ModelLoadException(
          "%s: found %d bytes with the weights of subgraphs and unusual types, which must be inside the model; expected less than 2 GiB"
              .formatted(source.main(), expected),
          null);
    }
    try {
      return written(builder.build());
    } catch (IOException e) {
      throw unwritable(source.main(), e);
    }
  }

  private void guard(ModelProto.Builder model, boolean trusted, boolean unknownTypes) {
    ModelGuards guards = ModelGuards.add(model, trusted, unknownTypes);
    if (guards.violation().isPresent()) {
      throw new ModelLoadException(
          "%s: %s; ONNX Runtime ends the process, or never returns, for other values: correct the attribute and export the model again"
              .formatted(source.main(), guards.violation().get()),
          null);
    }
    if (guards.unguarded().isEmpty()) {
      return;
    }
    String reason =
        "%s: data may end the process in %s, and no guard is possible (nodes of this kind: %d); export the model again for operator set 15 or newer"
            .formatted(source.main(), guards.unguarded().get(0), guards.unguarded().size());
    if (!trusted) {
      throw new ModelLoadException(reason + ", or load it as trusted", null);
    }
    LoggerFactory.getLogger(ModelRewriter.class).warn(reason);
  }

  /** Parses a model; the elements of its tensors stay where they are. */
  static ModelProto.Builder parsed(ByteBuffer model, Path file) {
    try {
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(model.slice()).newCodedInput();
      in.enableAliasing(true);
      return ModelProto.newBuilder().mergeFrom(in);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private static ModelLoadException unwritable(Path file, IOException e) {
    return new ModelLoadException(
        "%s: cannot rewrite the model (%s); export it again".formatted(file, e.getMessage()), e);
  }

  private static ByteBuffer written(ModelProto model) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(model.getSerializedSize());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    model.writeTo(out);
    out.flush();
    return bytes.flip();
  }

  private void model(ModelProto.Builder model) {
    model.clearTrainingInfo(); // not for inference, and it may refer to files too
    GraphProto.Builder graph = model.getGraphBuilder();
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      if (!kept.contains(tensor.getName())) {
        tensor(tensor);
      }
    }
    parts(graph);
    OptionalOutputs.unwrap(graph);
    for (FunctionProto.Builder function : model.getFunctionsBuilderList()) {
      function.getNodeBuilderList().forEach(this::node);
      function.getAttributeProtoBuilderList().forEach(this::attribute);
    }
  }

  private void graph(GraphProto.Builder graph) {
    graph.getInitializerBuilderList().forEach(this::tensor);
    parts(graph);
  }

  private void parts(GraphProto.Builder graph) {
    graph.getSparseInitializerBuilderList().forEach(this::sparse);
    graph.getNodeBuilderList().forEach(this::node);
  }

  private void node(NodeProto.Builder node) {
    node.getAttributeBuilderList().forEach(this::attribute);
  }

  private void attribute(AttributeProto.Builder attribute) {
    if (attribute.hasT()) {
      tensor(attribute.getTBuilder());
    }
    if (attribute.hasG()) {
      graph(attribute.getGBuilder());
    }
    if (attribute.hasSparseTensor()) {
      sparse(attribute.getSparseTensorBuilder());
    }
    attribute.getTensorsBuilderList().forEach(this::tensor);
    attribute.getGraphsBuilderList().forEach(this::graph);
    attribute.getSparseTensorsBuilderList().forEach(this::sparse);
  }

  private void sparse(SparseTensorProto.Builder sparse) {
    if (sparse.hasValues()) {
      tensor(sparse.getValuesBuilder());
    }
    if (sparse.hasIndices()) {
      tensor(sparse.getIndicesBuilder());
    }
  }

  private void tensor(TensorProto.Builder tensor) {
    TensorProto built = tensor.buildPartial();
    if (ExternalTensor.isExternal(built)) {
      ByteString elements =
          UnsafeByteOperations.unsafeWrap(external.elements(ExternalTensor.of(built)));
      added += elements.size();
      tensor.setRawData(elements).clearDataLocation().clearExternalData();
    }
  }
}

package io.mlops4j.runtime.onnx;

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
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a model anew so that Java can serve it: with external elements inside, those in subgraphs,
 * functions, sparse tensors and operators' attributes, and those of types that Java has no tensors
 * for; with the elements of optional outputs in their place; and with guards of {@link
 * IntegerDivisions}.
 *
 * <p>The elements are not copied before the new model is written.
 */
final class ModelRewriter {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRewriter.class);

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

  /** Whether the model has operators that {@link IntegerDivisions} must guard. */
  boolean mustGuard(ByteBuffer model) {
    return IntegerDivisions.areIn(parsed(model));
  }

  /**
   * @param trusted whether operators that cannot be guarded are let through
   * @return a direct buffer
   * @throws ModelLoadException if the result would be too large, or if an operator of a model that
   *     is not trusted cannot be guarded
   */
  ByteBuffer rewritten(ByteBuffer model, boolean trusted) {
    ModelProto.Builder builder = parsed(model);
    model(builder);
    if (!IntegerDivisions.guard(builder)) {
      if (!trusted) {
        throw new ModelLoadException(
            "%s: found a Div or Mod of an old operator set that may be of integers, and whose divisor may be -1, or a TopK, Trilu or FeatureVectorizer before set 10; expected set 11 or newer, for which data that end the process (the smallest number divided by -1, no elements, a diagonal at the ends of int64) are guarded: export the model again, or load it as trusted"
                .formatted(source.main()),
            null);
      }
      LOG.warn(
          "{}: a Div, Mod, TopK, Trilu or FeatureVectorizer of an old operator set is not guarded;"
              + " the smallest integer divided by -1, data without elements, or a diagonal at the"
              + " ends of int64 ends the process: export the model for set 11 or newer",
          source.main());
    }
    long expected = model.remaining() + added;
    if (expected > Block.LIMIT) {
      throw new ModelLoadException(
          "%s: found %d bytes with the weights of subgraphs and unusual types, which must be inside the model; expected less than 2 GiB"
              .formatted(source.main(), expected),
          null);
    }
    try {
      return written(builder.build());
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private ModelProto.Builder parsed(ByteBuffer model) {
    try {
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(model.slice()).newCodedInput();
      in.enableAliasing(true);
      return ModelProto.newBuilder().mergeFrom(in);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private ModelLoadException unwritable(IOException e) {
    return new ModelLoadException(
        "%s: found a model that cannot be written anew (%s), expected an ONNX model"
            .formatted(source.main(), e.getMessage()),
        e);
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

package io.mlops4j.bench.engines;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Full trees with random splits, as {@code make_models.py} makes them: input x float [N,32], output
 * y float [N,1]. The values do not change the speed.
 */
final class Forest {
  private static final long SEED = 2001;

  private Forest() {}

  /** Writes a model. */
  static Path file(int trees, int depth) {
    Path file = Models.folder().resolve("forest.onnx");
    try {
      return Files.write(file, model(trees(trees, depth)).toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The nodes of a tree count level by level: the children of i are 2i+1 and 2i+2. */
  private static NodeProto trees(int trees, int depth) {
    Random random = new Random(SEED);
    int branches = (1 << depth) - 1;
    int nodes = 2 * branches + 1;
    List<Long> tree = new ArrayList<>();
    List<Long> id = new ArrayList<>();
    List<Long> feature = new ArrayList<>();
    List<Long> left = new ArrayList<>();
    List<Long> right = new ArrayList<>();
    List<Float> threshold = new ArrayList<>();
    List<ByteString> mode = new ArrayList<>();
    List<Long> leafTree = new ArrayList<>();
    List<Long> leaf = new ArrayList<>();
    List<Long> target = new ArrayList<>();
    List<Float> weight = new ArrayList<>();
    for (long t = 0; t < trees; t++) {
      for (long i = 0; i < nodes; i++) {
        boolean branch = i < branches;
        tree.add(t);
        id.add(i);
        feature.add(branch ? random.nextInt(Mlp32.FEATURES) : 0L);
        threshold.add(branch ? (float) (0.7 * random.nextGaussian()) : 0f);
        mode.add(ByteString.copyFromUtf8(branch ? "BRANCH_LEQ" : "LEAF"));
        left.add(branch ? 2 * i + 1 : 0);
        right.add(branch ? 2 * i + 2 : 0);
        if (!branch) {
          leafTree.add(t);
          leaf.add(i);
          target.add(0L);
          weight.add((float) random.nextGaussian());
        }
      }
    }
    return NodeProto.newBuilder()
        .setDomain("ai.onnx.ml")
        .setOpType("TreeEnsembleRegressor")
        .addInput("x")
        .addOutput("y")
        .addAttribute(
            AttributeProto.newBuilder().setName("n_targets").setType(AttributeType.INT).setI(1))
        .addAttribute(longs("nodes_treeids", tree))
        .addAttribute(longs("nodes_nodeids", id))
        .addAttribute(longs("nodes_featureids", feature))
        .addAttribute(longs("nodes_truenodeids", left))
        .addAttribute(longs("nodes_falsenodeids", right))
        .addAttribute(floats("nodes_values", threshold))
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("nodes_modes")
                .setType(AttributeType.STRINGS)
                .addAllStrings(mode))
        .addAttribute(longs("target_treeids", leafTree))
        .addAttribute(longs("target_nodeids", leaf))
        .addAttribute(longs("target_ids", target))
        .addAttribute(floats("target_weights", weight))
        .build();
  }

  private static AttributeProto.Builder longs(String name, List<Long> values) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS).addAllInts(values);
  }

  private static AttributeProto.Builder floats(String name, List<Float> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOATS)
        .addAllFloats(values);
  }

  private static ModelProto model(NodeProto trees) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(3))
        .setGraph(
            GraphProto.newBuilder()
                .setName("forest")
                .addNode(trees)
                .addInput(value("x", Mlp32.FEATURES))
                .addOutput(value("y", 1)))
        .build();
  }

  private static ValueInfoProto value(String name, int width) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(DataType.FLOAT_VALUE)
                        .setShape(
                            TensorShapeProto.newBuilder()
                                .addDim(Dimension.newBuilder().setDimParam("N"))
                                .addDim(Dimension.newBuilder().setDimValue(width)))))
        .build();
  }
}

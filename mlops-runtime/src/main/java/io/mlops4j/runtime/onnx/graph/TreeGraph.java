package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model that ends with one ensemble of trees, and with nodes that change none of its numbers.
 *
 * @param trees the ensemble
 * @param head a model of the nodes before it, whose only output is the ensemble's input; null if
 *     there are none
 * @param width the columns of the ensemble's input; 0 if there is no head
 * @param tensors the number of the ensemble's output, by output of the model
 * @param maps the operator that makes maps of the scores, by output of the model
 */
public record TreeGraph(
    NodeProto trees,
    @Nullable ByteBuffer head,
    long width,
    Map<String, Integer> tensors,
    Map<String, NodeProto> maps) {
  /** A larger file is not parsed, because its objects take several times its size. */
  private static final int LARGEST = 64 << 20;

  private static final String ML = "ai.onnx.ml";
  private static final Set<String> TREES =
      Set.of("TreeEnsembleRegressor", "TreeEnsembleClassifier", "TreeEnsemble");

  /**
   * Reads a model that ONNX Runtime has opened, so that each value has one name.
   *
   * @param model the file's bytes
   * @param graph its declarations
   * @return null if the model is not of this form
   */
  public static @Nullable TreeGraph read(ByteBuffer model, OnnxGraph graph) {
    int count =
        TREES.stream().mapToInt(name -> graph.operators().getOrDefault(ML + "." + name, 0)).sum();
    if (model.remaining() > LARGEST || count != 1 || !graph.external().isEmpty()) {
      return null;
    }
    try {
      ModelProto read = ModelProto.parseFrom(model.slice());
      return read.getFunctionsCount() > 0 ? null : new Reader(read).read();
    } catch (IOException e) {
      return null; // graph was read from the same bytes, so this does not happen
    }
  }

  private static boolean isTrees(NodeProto node) {
    return node.getDomain().equals(ML) && TREES.contains(node.getOpType());
  }

  private static final class Reader {
    private final ModelProto model;
    private final GraphProto graph;
    private final Map<String, NodeProto> makers = new HashMap<>();
    private final Set<NodeProto> ends = new HashSet<>();
    private final Map<String, Integer> tensors = new HashMap<>();
    private final Map<String, NodeProto> maps = new HashMap<>();

    Reader(ModelProto model) {
      this.model = model;
      this.graph = model.getGraph();
      graph.getNodeList().forEach(node -> node.getOutputList().forEach(o -> makers.put(o, node)));
    }

    @Nullable TreeGraph read() {
      List<NodeProto> found = graph.getNodeList().stream().filter(TreeGraph::isTrees).toList();
      if (found.size() != 1 || found.get(0).getInputCount() != 1) {
        return null; // in a subgraph
      }
      NodeProto trees = found.get(0);
      for (var output : graph.getOutputList()) {
        NodeProto last = makers.get(output.getName());
        if (last != null && last.getDomain().equals(ML) && last.getOpType().equals("ZipMap")) {
          ends.add(last);
          Integer scores = source(last.getInput(0), trees);
          if (scores == null || scores != trees.getOutputCount() - 1) {
            return null;
          }
          maps.put(output.getName(), last);
        } else {
          Integer source = source(output.getName(), trees);
          if (source == null) {
            return null;
          }
          tensors.put(output.getName(), source);
        }
      }
      List<NodeProto> before = new ArrayList<>(graph.getNodeList());
      before.removeIf(node -> node.equals(trees) || ends.contains(node));
      String input = trees.getInput(0);
      if (before.isEmpty()) {
        return new TreeGraph(trees, null, 0, tensors, maps);
      }
      long width = new TreeWidths(graph, makers).of(input);
      boolean apart =
          before.stream()
              .allMatch(
                  node ->
                      node.getAttributeList().stream()
                              .noneMatch(a -> a.hasG() || a.getGraphsCount() > 0)
                          && node.getInputList().stream()
                              .map(makers::get)
                              .noneMatch(maker -> trees.equals(maker) || ends.contains(maker)));
      return width <= 0 || !apart
          ? null
          : new TreeGraph(trees, head(before, input), width, tensors, maps);
    }

    private ByteBuffer head(List<NodeProto> nodes, String output) {
      ModelProto.Builder head = model.toBuilder();
      head.getGraphBuilder()
          .clearNode()
          .clearValueInfo()
          .clearOutput()
          .addAllNode(nodes)
          .addOutput(matrix(output));
      return ByteBuffer.wrap(head.build().toByteArray());
    }

    private static ValueInfoProto.Builder matrix(String name) {
      return ValueInfoProto.newBuilder()
          .setName(name)
          .setType(
              TypeProto.newBuilder()
                  .setTensorType(
                      TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT.getNumber())));
    }

    /** Returns the number of the ensemble's output that a value is equal to, or null. */
    private @Nullable Integer source(String value, NodeProto trees) {
      String name = value;
      for (NodeProto maker = makers.get(name); maker != null; maker = makers.get(name)) {
        if (maker.equals(trees)) {
          return trees.getOutputList().indexOf(name);
        }
        int type = castTo(maker);
        if (type >= 0) {
          Integer from = source(maker.getInput(0), trees);
          boolean label = trees.getOutputCount() == 2 && from != null && from == 0;
          if (from == null || type != (label ? labelType(trees) : DataType.FLOAT).getNumber()) {
            return null;
          }
        } else if (!maker.getOpType().equals("Identity") || !isOnnx(maker)) {
          return null;
        }
        ends.add(maker);
        name = maker.getInput(0);
      }
      return null;
    }

    private static DataType labelType(NodeProto trees) {
      boolean texts =
          trees.getAttributeList().stream()
              .anyMatch(a -> a.getName().equals("classlabels_strings") && a.getStringsCount() > 0);
      return texts ? DataType.STRING : DataType.INT64;
    }

    /** Returns the type to which a node casts; -1 for another node. */
    private static int castTo(NodeProto node) {
      return node.getOpType().equals("Cast") && isOnnx(node)
          ? (int)
              node.getAttributeList().stream()
                  .filter(a -> a.getName().equals("to"))
                  .mapToLong(AttributeProto::getI)
                  .findFirst()
                  .orElse(-1)
          : -1;
    }

    private static boolean isOnnx(NodeProto node) {
      return node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
    }
  }
}

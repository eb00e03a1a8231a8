package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.mlops4j.runtime.onnx.tree.UnfitTreesException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model that ends with one ensemble of trees, with nodes that change none of its numbers, and
 * with arithmetic of its scores and a constant.
 *
 * @param trees the ensemble
 * @param head a model of the nodes before it, whose only output is the ensemble's input; null if
 *     there are none
 * @param width the columns of the ensemble's input; 0 if there is no head
 * @param tensors the number of the ensemble's output, by output of the model
 * @param maps the operator that makes maps of the scores, by output of the model
 * @param steps what is done with the scores, in this order; none if there are maps
 */
public record TreeGraph(
    NodeProto trees,
    @Nullable ByteBuffer head,
    long width,
    Map<String, Integer> tensors,
    Map<String, NodeProto> maps,
    List<Step> steps) {
  /**
   * Arithmetic of each score and a constant.
   *
   * @param operator {@code Add}, {@code Sub}, {@code Mul} or {@code Div}
   * @param value the second operand
   */
  public record Step(String operator, float value) {
    private static final Set<String> OPERATORS = Set.of("Add", "Sub", "Mul", "Div");

    /** Whether ONNX Runtime may leave it out. */
    private boolean isNothing() {
      return value == (operator.equals("Mul") || operator.equals("Div") ? 1 : 0);
    }

    /** Whether this changes the sign of a 0, if ONNX Runtime does not leave it out. */
    private boolean isAmbiguous() {
      return isNothing() && (operator.equals("Add") || operator.equals("Sub"));
    }

    /**
     * Computes a value.
     *
     * @param score any value
     * @return the result in single precision
     */
    public float apply(float score) {
      return switch (operator) {
        case "Add" -> score + value;
        case "Sub" -> score - value;
        case "Mul" -> score * value;
        default -> score / value;
      };
    }
  }

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
   * @return its trees, or why they cannot be separated
   */
  public static FoundTrees read(ByteBuffer model, OnnxGraph graph) {
    int count =
        TREES.stream().mapToInt(name -> graph.operators().getOrDefault(ML + "." + name, 0)).sum();
    if (count == 0) {
      return FoundTrees.NONE;
    }
    try {
      require(count == 1, "there are %d ensembles, expected one".formatted(count));
      require(graph.external().isEmpty(), "weights are in other files");
      require(
          model.remaining() <= LARGEST,
          "the file has %d bytes, expected at most %d".formatted(model.remaining(), LARGEST));
      ModelProto read = ModelProto.parseFrom(model.slice());
      require(read.getFunctionsCount() == 0, "the model has functions");
      return new FoundTrees(new Reader(read).read(), "");
    } catch (UnfitTreesException e) {
      return new FoundTrees(null, e.reason());
    } catch (IOException e) { // graph was read from the same bytes, so this does not happen
      return new FoundTrees(null, "the file cannot be read again");
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new UnfitTreesException(otherwise);
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
    private final List<Step> steps = new ArrayList<>();

    Reader(ModelProto model) {
      this.model = model;
      this.graph = model.getGraph();
      graph.getNodeList().forEach(node -> node.getOutputList().forEach(o -> makers.put(o, node)));
    }

    TreeGraph read() {
      List<NodeProto> found = graph.getNodeList().stream().filter(TreeGraph::isTrees).toList();
      require(found.size() == 1 && found.get(0).getInputCount() == 1, "they are in a subgraph");
      NodeProto trees = found.get(0);
      for (var output : graph.getOutputList()) {
        NodeProto last = makers.get(output.getName());
        if (last != null && last.getDomain().equals(ML) && last.getOpType().equals("ZipMap")) {
          ends.add(last);
          Integer scores = source(last.getInput(0), trees);
          require(
              scores != null && scores == trees.getOutputCount() - 1,
              "the map %s is not made of their scores alone".formatted(output.getName()));
          maps.put(output.getName(), last);
        } else {
          Integer source = source(output.getName(), trees);
          if (source == null) {
            throw new UnfitTreesException(
                "output %s is not made by them, or other operators follow them"
                    .formatted(output.getName()));
          }
          tensors.put(output.getName(), source);
        }
      }
      require(steps.isEmpty() || maps.isEmpty(), "arithmetic follows them before a map");
      List<NodeProto> before = new ArrayList<>(graph.getNodeList());
      before.removeIf(node -> node.equals(trees) || ends.contains(node));
      String input = trees.getInput(0);
      if (before.isEmpty()) {
        return new TreeGraph(trees, null, 0, tensors, maps, steps);
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
      require(apart, "operators before them have subgraphs, or read what they make");
      require(width > 0, "the number of columns that operators before them make is not known");
      return new TreeGraph(trees, head(before, input), width, tensors, maps, steps);
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

    /** Returns the number of the ensemble's output that a value is made of, or null. */
    private @Nullable Integer source(String value, NodeProto trees) {
      Set<Integer> casts = new HashSet<>();
      List<Step> found = new ArrayList<>();
      String name = value;
      NodeProto maker = makers.get(name);
      for (; maker != null && !maker.equals(trees); maker = makers.get(name)) {
        int type = castTo(maker);
        Step step = type >= 0 ? null : step(maker);
        if (type >= 0) {
          casts.add(type);
        } else if (step != null) {
          found.add(0, step);
        } else if (!maker.getOpType().equals("Identity") || !isOnnx(maker)) {
          return null;
        }
        ends.add(maker);
        name = maker.getInput(step != null && constant(maker.getInput(0)) != null ? 1 : 0);
      }
      if (maker == null) {
        return null;
      }
      int output = trees.getOutputList().indexOf(name);
      boolean label = trees.getOutputCount() == 2 && output == 0;
      casts.remove((label ? labelType(trees) : DataType.FLOAT).getNumber());
      found.removeIf(Step::isNothing);
      steps.addAll(found);
      return casts.isEmpty() ? output : null;
    }

    /** Returns null for a node that is no arithmetic of a value and a constant. */
    private @Nullable Step step(NodeProto node) {
      String operator = node.getOpType();
      if (!isOnnx(node) || node.getInputCount() != 2 || !Step.OPERATORS.contains(operator)) {
        return null;
      }
      Float first = constant(node.getInput(0));
      Float second = constant(node.getInput(1));
      boolean swapped = first != null && (operator.equals("Add") || operator.equals("Mul"));
      Float value = swapped ? first : first == null ? second : null;
      Step step = value == null ? null : new Step(operator, value);
      return step == null || step.isAmbiguous() ? null : step;
    }

    /** Returns the only value of a constant that changes no shape, or null. */
    private @Nullable Float constant(String name) {
      if (graph.getInputList().stream().anyMatch(input -> input.getName().equals(name))) {
        return null; // a caller could replace it
      }
      for (TensorProto tensor : graph.getInitializerList()) {
        if (tensor.getName().equals(name)
            && tensor.getDataType() == DataType.FLOAT.getNumber()
            && tensor.getDimsCount() <= 2
            && tensor.getDimsList().stream().allMatch(size -> size == 1)) {
          return tensor.getFloatDataCount() == 1
              ? (Float) tensor.getFloatData(0)
              : tensor.getRawData().size() == Float.BYTES
                  ? (Float)
                      tensor
                          .getRawData()
                          .asReadOnlyByteBuffer()
                          .order(ByteOrder.LITTLE_ENDIAN)
                          .getFloat()
                  : null;
        }
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

package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Guards against data with which operators other than divisions end the process.
 *
 * <p>A guard either gives the result that ONNX defines, or makes ONNX Runtime fail the run. To
 * fail, it reshapes an operand to a shape that is valid only if the operand is what the operator
 * needs. The name of that {@code Reshape} node states the expectation, and ONNX Runtime's message
 * contains the name. A {@code Reshape} copies nothing.
 */
final class OperatorGuards {
  /** Beyond any diagonal of a matrix, and so small that sums with it do not overflow. */
  static final long FARTHEST = 1L << 62;

  /**
   * Guarded only in models whose maker is not trusted, because nearly every model has it. In a
   * well-made model, data do not change the number of dimensions.
   */
  static final String CONCAT = "Concat";

  /**
   * A classifier with one label. ONNX Runtime takes it for one of two, and reads the second label.
   */
  static final String ONE_LABEL = "ai.onnx.ml.TreeEnsembleClassifier";

  private static final String TEXT_LABELS = "classlabels_strings";
  private static final String NUMBER_LABELS = "classlabels_int64s";

  private static final Map<String, Entry> TABLE = new HashMap<>();

  static {
    put("Trilu", 10, 2, OperatorGuards::isFarDiagonal, OperatorGuards::trilu);
    put("com.microsoft.Trilu", 10, 2, OperatorGuards::isFarDiagonal, OperatorGuards::trilu);
    put("TopK", 10, 1, (node, scope) -> true, OperatorGuards::topK);
    put(
        "ai.onnx.ml.FeatureVectorizer",
        10,
        1,
        (node, scope) -> true,
        OperatorGuards::featureVectorizer);
    put(
        "ai.onnx.ml.Normalizer",
        9,
        1,
        (node, scope) -> scope.rank(node.getInput(0)) < 1,
        OperatorGuards::normalizer);
    put(ONE_LABEL, 8, 1, OperatorGuards::hasOneLabel, OperatorGuards::oneLabel);
    put("LpNormalization", 9, 1, (node, scope) -> true, OperatorGuards::lpNormalization);
    put("STFT", 10, 2, (node, scope) -> has(node, 2) || has(node, 3), OperatorGuards::stft);
    put(
        "SplitToSequence",
        9,
        2,
        OperatorGuards::mayHaveSplitOfZero,
        OperatorGuards::splitToSequence);
    put("Einsum", 9, 1, OperatorGuards::mayLackDimensions, OperatorGuards::einsum);
    put("Loop", 5, 2, OperatorGuards::mayLackElements, OperatorGuards::loop);
    put(
        "RoiAlign",
        9,
        3,
        (node, scope) -> true,
        (node, scope, nodes) -> {
          pixels(node, nodes);
          rank(node, 1, 2, scope, nodes);
          rank(node, 2, 1, scope, nodes);
          return node.build();
        });
    put(
        "Multinomial",
        9,
        1,
        (node, scope) -> scope.rank(node.getInput(0)) != 2,
        (node, scope, nodes) -> {
          rank(node, 0, 2, scope, nodes);
          return node.build();
        });
    put(
        "Unique",
        11,
        1,
        (node, scope) -> attribute(node, "axis").isPresent(),
        OperatorGuards::unique);
    putOne("SequenceAt", 1);
    putOne("SequenceErase", 1);
    putOne("SequenceInsert", 2);
    putOne("com.microsoft.BifurcationDetector", 2);
    putOne("OneHot", 1);
    put("DFT", 5, 2, (node, scope) -> has(node, 1) || has(node, 2), one(1, 2));
    put(CONCAT, 9, 2, OperatorGuards::mayDifferInRank, OperatorGuards::concat);
  }

  /**
   * Attributes that a guard depends on. The node cannot be guarded if the call of a function sets
   * them.
   */
  private static final Map<String, Set<String>> ATTRIBUTES =
      Map.of(
          "Einsum",
          Set.of("equation"),
          "TopK",
          Set.of("axis"),
          "Unique",
          Set.of("axis"),
          "ai.onnx.ml.FeatureVectorizer",
          Set.of("inputdimensions"),
          ONE_LABEL,
          Set.of(TEXT_LABELS, NUMBER_LABELS));

  /**
   * How an operator is guarded.
   *
   * @param firstSet the first operator set that has the guard's operators
   * @param inputs how many inputs a guarded node has at least; ONNX Runtime rejects some with fewer
   * @param condition whether data may end the process
   * @param guard replaces a node
   */
  private record Entry(long firstSet, int inputs, Condition condition, Guard guard) {}

  private interface Condition {
    boolean mayEnd(NodeProto.Builder node, GraphScope scope);
  }

  private interface Guard {
    NodeProto guarded(NodeProto.Builder node, GraphScope scope, GuardNodes nodes);
  }

  private OperatorGuards() {}

  private static void put(
      String operator, long firstSet, int inputs, Condition condition, Guard guard) {
    TABLE.put(operator, new Entry(firstSet, inputs, condition, guard));
  }

  /** Adds an operator that needs an input of one element. */
  private static void putOne(String operator, int input) {
    put(operator, 5, input + 1, (node, scope) -> mayLackElement(node, input, scope), one(input));
  }

  static boolean isOnnx(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  /**
   * Whether data may end the process in an operator. The domain precedes the operator's name unless
   * it is ONNX's own.
   */
  static boolean has(String operator) {
    return TABLE.containsKey(operator);
  }

  /** Whether data may end the process in one node, by the known facts about its operands. */
  static boolean isNeeded(String operator, NodeProto.Builder node, GraphScope scope) {
    Entry entry = TABLE.get(operator);
    return entry != null
        && node.getInputCount() >= entry.inputs
        && entry.condition.mayEnd(node, scope);
  }

  /** Returns the names of the attributes that an operator's guard depends on, often none. */
  static Set<String> attributes(String operator) {
    return ATTRIBUTES.getOrDefault(operator, Set.of());
  }

  /** Returns the first attribute of a name. */
  static Optional<AttributeProto> attribute(NodeProto.Builder node, String name) {
    return node.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst();
  }

  /** Returns the first operator set that has the operators of a guard. */
  static long firstSet(String operator) {
    return entry(operator).firstSet;
  }

  /** Returns the node that replaces a node, after adding other nodes in front of it. */
  static NodeProto guarded(
      String operator, NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    return entry(operator).guard.guarded(node, scope, nodes);
  }

  private static Entry entry(String operator) {
    return Objects.requireNonNull(TABLE.get(operator), operator);
  }

  private static boolean has(NodeProto.Builder node, int input) {
    return node.getInputCount() > input && !node.getInput(input).isEmpty();
  }

  private static boolean mayLackElement(NodeProto.Builder node, int input, GraphScope scope) {
    return has(node, input) && !scope.isSingle(node.getInput(input));
  }

  private static Guard one(int... inputs) {
    return (node, scope, nodes) -> {
      for (int input : inputs) {
        if (mayLackElement(node, input, scope)) {
          one(node, input, "an index or a length", nodes);
        }
      }
      return node.build();
    };
  }

  private static void one(NodeProto.Builder node, int input, String what, GuardNodes nodes) {
    String reason = "%s needs %s of one element".formatted(node.getOpType(), what);
    node.setInput(input, nodes.one(node.getInput(input), reason));
  }

  private static void rank(
      NodeProto.Builder node, int input, int rank, GraphScope scope, GuardNodes nodes) {
    String value = node.getInput(input);
    if (scope.rank(value) != rank) {
      node.setInput(input, ranked(node, value, nodes.list((long) rank), nodes));
    }
  }

  /**
   * Returns the same value, and fails the run unless it has the given number of dimensions.
   *
   * @param rank a list of one number
   */
  private static String ranked(
      NodeProto.Builder node, String value, String rank, GuardNodes nodes) {
    String shape = nodes.add("Shape", value);
    String differs = nodes.add("Not", nodes.add("Equal", nodes.add("Size", shape), rank));
    String reason =
        "%s needs another number of dimensions of %s".formatted(node.getOpType(), value);
    return nodes.unless(differs, 1, value, shape, reason);
  }

  private static boolean mayDifferInRank(NodeProto.Builder node, GraphScope scope) {
    return node.getInputList().stream().mapToInt(scope::rank).distinct().count() > 1
        || (node.getInputCount() > 1 && scope.rank(node.getInput(0)) == GraphScope.NO_RANK);
  }

  /** An operand without elements ends the process if it has fewer dimensions than another. */
  private static NodeProto concat(NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    String shape = nodes.add("Shape", node.getInput(0));
    String rank = nodes.add("Reshape", nodes.add("Size", shape), nodes.list(1L));
    for (int i = 1; i < node.getInputCount(); i++) {
      node.setInput(i, ranked(node, node.getInput(i), rank, nodes));
    }
    return node.build();
  }

  /**
   * Requires a height and a width: with fewer than four dimensions, gathering the width fails the
   * run.
   */
  private static void pixels(NodeProto.Builder node, GuardNodes nodes) {
    String images = node.getInput(0);
    String shape = nodes.add("Shape", images);
    String pixels = nodes.add("Gather", shape, nodes.list(2L, 3L));
    String none = nodes.add("Equal", pixels, nodes.scalar(0));
    String reason = "RoiAlign needs pixels in " + images;
    node.setInput(0, nodes.unless(none, 2, images, shape, reason));
  }

  private static boolean isFarDiagonal(NodeProto.Builder node, GraphScope scope) {
    return has(node, 1)
        && !(scope.isSingle(node.getInput(1))
            && scope.isConstant(node.getInput(1), k -> k >= -FARTHEST && k <= FARTHEST));
  }

  /** Limits the diagonal to bounds that no matrix reaches. */
  private static NodeProto trilu(NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    String k = node.getInput(1);
    String least = nodes.scalar(-FARTHEST);
    String most = nodes.scalar(FARTHEST);
    String risen = nodes.add("Where", nodes.add("Less", k, least), least, k);
    return node.setInput(1, nodes.add("Where", nodes.add("Less", most, risen), most, risen))
        .build();
  }

  /** Changes a frame length of 0 to -1, which ONNX Runtime rejects. */
  private static NodeProto stft(NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    int type = DataType.INT64_VALUE;
    String length =
        has(node, 3) ? nodes.cast(node.getInput(3), type) : nodes.add("Size", node.getInput(2));
    while (node.getInputCount() < 4) {
      node.addInput("");
    }
    String none = nodes.add("Equal", length, nodes.scalar(0));
    return node.setInput(1, nodes.cast(node.getInput(1), type)) // both have one type
        .setInput(3, nodes.add("Where", none, nodes.scalar(-1), length))
        .build();
  }

  private static boolean mayHaveSplitOfZero(NodeProto.Builder node, GraphScope scope) {
    return has(node, 1)
        && scope.rank(node.getInput(1)) < 1
        && !scope.isConstant(node.getInput(1), size -> size != 0);
  }

  /** Changes a split that is the scalar 0 to -1, which ONNX Runtime rejects. */
  private static NodeProto splitToSequence(
      NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    String split = nodes.cast(node.getInput(1), DataType.INT64_VALUE);
    String zero = nodes.scalar(0);
    String isScalar = nodes.add("Equal", nodes.add("Size", nodes.add("Shape", split)), zero);
    String isWrong = nodes.add("And", isScalar, nodes.add("Equal", split, zero));
    return node.setInput(1, nodes.add("Where", isWrong, nodes.scalar(-1), split)).build();
  }

  private static boolean mayLackDimensions(NodeProto.Builder node, GraphScope scope) {
    String[] terms = terms(node);
    return mayDifferInEllipsis(node, terms, scope)
        || IntStream.range(0, Math.min(terms.length, node.getInputCount()))
            .anyMatch(
                i -> !hasEllipsis(terms[i]) && scope.rank(node.getInput(i)) != letters(terms[i]));
  }

  /**
   * Requires that the operand of each term has one dimension for each letter. If an ellipsis stands
   * for different numbers of dimensions in two terms, ONNX Runtime ends the process while it infers
   * shapes. The number is therefore hidden until the model runs.
   */
  private static NodeProto einsum(NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    String[] terms = terms(node);
    boolean differ = mayDifferInEllipsis(node, terms, scope);
    for (int i = 0; i < Math.min(terms.length, node.getInputCount()); i++) {
      if (!hasEllipsis(terms[i])) {
        rank(node, i, letters(terms[i]), scope, nodes);
      } else if (differ) {
        String shape = nodes.add("Shape", node.getInput(i));
        String least = nodes.list((long) letters(terms[i]));
        String lower = nodes.add("Less", nodes.add("Size", shape), least);
        String reason = "Einsum needs more dimensions of " + node.getInput(i);
        node.setInput(i, nodes.unless(lower, 1, node.getInput(i), shape, reason));
      }
    }
    return node.build();
  }

  private static boolean mayDifferInEllipsis(
      NodeProto.Builder node, String[] terms, GraphScope scope) {
    int[] sizes =
        IntStream.range(0, Math.min(terms.length, node.getInputCount()))
            .filter(i -> hasEllipsis(terms[i]))
            .map(i -> scope.rank(node.getInput(i)) - letters(terms[i]))
            .distinct()
            .toArray();
    return sizes.length > 1 || (sizes.length == 1 && sizes[0] < 0);
  }

  private static boolean hasEllipsis(String term) {
    return term.contains("...");
  }

  private static int letters(String term) {
    return term.replaceAll("[^a-zA-Z]", "").length();
  }

  /** Returns the terms of an equation, one for each operand. */
  private static String[] terms(NodeProto.Builder node) {
    String equation = attribute(node, "equation").map(e -> e.getS().toStringUtf8()).orElse("");
    return equation.replaceFirst("->.*", "").split(",", -1);
  }

  private static boolean mayLackElements(NodeProto.Builder node, GraphScope scope) {
    return mayLackElement(node, 0, scope)
        || mayLackElement(node, 1, scope)
        || node.getAttributeList().stream()
            .anyMatch(attribute -> attribute.hasG() && mayLackCondition(attribute.getG()));
  }

  private static NodeProto loop(NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    for (int input = 0; input < 2; input++) {
      if (mayLackElement(node, input, scope)) {
        one(node, input, input == 0 ? "a trip count" : "a condition", nodes);
      }
    }
    for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
      if (attribute.hasG() && mayLackCondition(attribute.getG())) {
        condition(attribute.getGBuilder(), nodes);
      }
    }
    return node.build();
  }

  /** Whether a loop's body may return a condition without elements. */
  private static boolean mayLackCondition(GraphProto body) {
    if (body.getOutputCount() == 0 || body.getInputCount() < 2) {
      return false;
    }
    GraphScope scope = new GraphScope(null);
    body.getInitializerList().forEach(tensor -> scope.constant(tensor.getName(), tensor));
    Set<String> safe = new HashSet<>(); // as many elements as the condition the body gets
    safe.add(body.getInput(1).getName());
    for (NodeProto node : body.getNodeList()) {
      scope.outputs(node.toBuilder());
      if (isOnnx(node.getDomain())
          && Set.of("Identity", "Cast", "Not").contains(node.getOpType())
          && node.getInputList().stream().allMatch(in -> safe.contains(in) || scope.isSingle(in))) {
        safe.add(node.getOutput(0));
      }
    }
    String condition = body.getOutput(0).getName();
    return !safe.contains(condition) && !scope.isSingle(condition);
  }

  private static void condition(GraphProto.Builder body, GuardNodes nodes) {
    GuardNodes end = nodes.branch();
    ValueInfoProto.Builder output = body.getOutputBuilder(0);
    output.setName(end.one(output.getName(), "Loop needs a condition of one element"));
    output.getTypeBuilder().getTensorTypeBuilder().setElemType(DataType.BOOL_VALUE).clearShape();
    body.addAllNode(end.nodes());
  }

  /**
   * For data without elements, a TopK of zeros, as many as the axis is long, checks k. Its result
   * is as long as the slice of the data to return.
   */
  private static NodeProto topK(NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    if (!has(node, 1)) {
      return node.build(); // ONNX Runtime rejects it
    }
    String data = node.getInput(0);
    String axis = nodes.list(attribute(node, "axis").map(AttributeProto::getI).orElse(-1L));
    String first = nodes.list(0L);
    GuardNodes inside = nodes.branch();
    String sizes = inside.add("Gather", inside.add("Shape", data), axis);
    String zeros = inside.add("ConstantOfShape", sizes);
    String most =
        inside.add(
            GuardNodes.node("TopK", nodes.name(), zeros, node.getInput(1)).addOutput(nodes.name()));
    String values = inside.add("Slice", data, first, inside.add("Shape", most), axis);
    String indices = inside.cast(values, DataType.INT64_VALUE);
    return nodes.either(node, 2, nodes.isEmpty(data), inside, List.of(values, indices));
  }

  /**
   * All slices of data without elements are equal, so the first one stands for them. ONNX Runtime
   * ends the process if a dimension after the axis is 0.
   */
  private static NodeProto unique(NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    String data = node.getInput(0);
    String axis = nodes.list(attribute(node, "axis").map(AttributeProto::getI).orElse(0L));
    String none = nodes.list(0L);
    String one = nodes.list(1L);
    GuardNodes inside = nodes.branch();
    String size = inside.add("Gather", inside.add("Shape", data), axis);
    String values = inside.add("Slice", data, none, one, axis);
    String kept = inside.add("Gather", inside.add("Shape", values), axis); // 0 or 1
    String counts = inside.add("Slice", size, none, kept);
    String indices = inside.add("Sub", counts, counts);
    String inverse = inside.cast(inside.add("ConstantOfShape", size), DataType.INT64_VALUE);
    return nodes.either(
        node, 4, nodes.isEmpty(data), inside, List.of(values, indices, inverse, counts));
  }

  /** Requires a dimension. */
  private static NodeProto normalizer(NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    String data = node.getInput(0);
    String shape = nodes.add("Shape", data);
    String rank = nodes.add("Reshape", nodes.add("Size", shape), nodes.list(1L));
    String none = nodes.add("Equal", rank, nodes.list(0L));
    String reason = "Normalizer needs a dimension of " + data;
    return node.setInput(0, nodes.unless(none, 1, data, shape, reason)).build();
  }

  private static boolean hasOneLabel(NodeProto.Builder node, GraphScope scope) {
    int texts = attribute(node, TEXT_LABELS).map(AttributeProto::getStringsCount).orElse(0);
    int numbers = attribute(node, NUMBER_LABELS).map(AttributeProto::getIntsCount).orElse(0);
    return node.getOutputCount() > 0 && (texts == 0 ? numbers : texts) == 1;
  }

  /**
   * Returns the label for each row. The scores are those that ONNX Runtime gives for a label that
   * is a number.
   */
  private static NodeProto oneLabel(NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    List<ByteString> texts =
        attribute(node, TEXT_LABELS).map(AttributeProto::getStringsList).orElse(List.of());
    String label =
        texts.isEmpty()
            ? nodes.list(attribute(node, NUMBER_LABELS).orElseThrow().getInts(0))
            : nodes.text(texts.get(0));
    boolean scored = node.getOutputCount() > 1 && !node.getOutput(1).isEmpty();
    String scores = scored ? node.getOutput(1) : nodes.name();
    NodeProto.Builder trees =
        node.clone().clearAttribute().clearOutput().addOutput(nodes.name()).addOutput(scores);
    node.getAttributeList().stream()
        .filter(each -> !each.getName().equals(TEXT_LABELS))
        .filter(each -> !each.getName().equals(NUMBER_LABELS))
        .forEach(trees::addAttribute);
    nodes.add(
        trees.addAttribute(
            AttributeProto.newBuilder()
                .setName(NUMBER_LABELS)
                .setType(AttributeProto.AttributeType.INTS)
                .addInts(0)));
    String rows = nodes.add("Gather", nodes.add("Shape", scores), nodes.list(0L));
    String output = node.getOutput(0).isEmpty() ? nodes.name() : node.getOutput(0);
    return GuardNodes.node("Expand", output, label, rows).build();
  }

  /** Returns data without elements unchanged. */
  private static NodeProto lpNormalization(
      NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    String data = node.getInput(0);
    GuardNodes inside = nodes.branch();
    return nodes.either(
        node, 1, nodes.isEmpty(data), inside, List.of(inside.add("Identity", data)));
  }

  /** Returns a result without rows for data without rows. */
  private static NodeProto featureVectorizer(
      NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    GuardNodes inside = nodes.branch();
    String empty = nodes.isEmpty(node.getInput(0));
    String[] floats = new String[node.getInputCount()];
    for (int i = 0; i < floats.length; i++) {
      empty = nodes.add("Or", empty, nodes.isEmpty(node.getInput(i)));
      String matrix = ranked(node, node.getInput(i), inside.list(2L), inside);
      floats[i] = inside.cast(matrix, DataType.FLOAT_VALUE);
    }
    String shape = inside.add("Shape", inside.concat(1, floats));
    String first = inside.list(0L);
    String rows = inside.add("Gather", shape, first);
    String some = inside.add("Less", first, rows);
    String none =
        inside.unless(
            some, 1, rows, inside.list(1L), "FeatureVectorizer needs elements in each of its rows");
    long columns =
        attribute(node, "inputdimensions").stream()
            .flatMap(attribute -> attribute.getIntsList().stream())
            .mapToLong(Long::longValue)
            .sum();
    String zeros = inside.add("ConstantOfShape", inside.concat(0, none, inside.list(columns)));
    return nodes.either(node, 1, empty, inside, List.of(zeros));
  }
}

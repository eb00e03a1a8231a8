package io.mlops4j.runtime.onnx.tree;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.google.protobuf.ByteString;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.runtime.memory.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Expected answers are those of ONNX Runtime for one row on one thread. */
class TreeEnsembleTest {
  private static final int ROWS = 300;

  /** One row, and around the sizes at which the evaluator goes another way. */
  private static final int[] BATCHES = {1, 11, 12, 65};

  private static final List<String> ALL_MODES =
      List.of("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ");
  private static final List<String> TRANSFORMS =
      List.of("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO");

  private static Arguments of(String name, Consumer<RandomTrees> settings) {
    return Arguments.of(name, settings);
  }

  static List<Arguments> ensembles() {
    List<Arguments> all = new ArrayList<>();
    for (String mode : List.of("LEQ", "LT", "GTE", "GT")) {
      all.add(of(mode, trees -> trees.allModes = List.of("BRANCH_" + mode)));
    }
    List<String> mixed = List.of("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT");
    all.add(of("mixed modes", trees -> trees.allModes = mixed));
    all.add(
        of(
            "extreme values",
            trees -> {
              trees.allModes = ALL_MODES;
              trees.tracksMissing = true;
              trees.extremes = true;
              trees.sets = true;
            }));
    all.add(
        of(
            "missing values",
            trees -> {
              trees.allModes = mixed;
              trees.tracksMissing = true;
            }));
    for (List<String> modes :
        List.of(
            List.of("BRANCH_EQ"),
            List.of("BRANCH_NEQ"),
            List.of("BRANCH_EQ", "BRANCH_NEQ", "BRANCH_LEQ", "BRANCH_GT"))) {
      for (int variant = 0; variant < 8; variant++) {
        boolean missing = (variant & 1) > 0;
        boolean sets = (variant & 2) > 0;
        boolean categories = (variant & 4) > 0;
        all.add(
            of(
                "%s%s%s%s"
                    .formatted(
                        modes,
                        missing ? ", missing values" : "",
                        sets ? ", sets" : "",
                        categories ? ", categories" : ""),
                trees -> {
                  trees.allModes = modes;
                  trees.tracksMissing = missing;
                  trees.sets = sets;
                  trees.categories = categories;
                }));
      }
    }
    for (String aggregate : List.of("SUM", "AVERAGE", "MIN", "MAX")) {
      for (int base = 0; base < 2; base++) {
        int bases = base;
        all.add(
            of(
                aggregate + " base " + base,
                trees -> {
                  trees.aggregate = aggregate;
                  trees.base = bases;
                }));
        for (String transform : TRANSFORMS) {
          all.add(
              of(
                  aggregate + " of 3 targets, base " + base + ", " + transform,
                  trees -> {
                    trees.aggregate = aggregate;
                    trees.base = 3 * bases;
                    trees.targets = 3;
                    trees.leafWeights = 2;
                    trees.transform = transform;
                  }));
        }
      }
    }
    all.add(of("one target, LOGISTIC", trees -> trees.transform = "LOGISTIC"));
    for (String transform : TRANSFORMS) {
      for (int classes = 2; classes < 5; classes++) {
        for (int base = 0; base <= classes; base++) {
          if (base > 0 && base < classes && classes > 2) {
            continue;
          }
          for (int only = -1; only < (classes == 2 ? 2 : 0); only++) {
            for (boolean positive : new boolean[] {false, true}) {
              for (int weights : new int[] {1, classes}) {
                if ((only >= 0 && weights > 1) || (only < 0 && classes == 2 && base == 1)) {
                  continue;
                }
                int[] s = {classes, base, only, weights};
                all.add(
                    of(
                        "%d classes, base %d, weights of %s, %d a leaf, %s, %s"
                            .formatted(
                                classes,
                                base,
                                only < 0 ? "all" : only,
                                weights,
                                positive ? "positive" : "of any sign",
                                transform),
                        trees -> {
                          trees.classifies = true;
                          trees.targets = s[0];
                          trees.base = s[1];
                          trees.only = s[2];
                          trees.leafWeights = s[3];
                          trees.positive = positive;
                          trees.transform = transform;
                        }));
              }
            }
          }
        }
      }
    }
    for (String transform : TRANSFORMS) {
      for (int classes = 1; classes < 4; classes++) {
        int count = classes;
        all.add(
            of(
                "odd weights, " + transform + ", " + classes,
                trees -> {
                  trees.classifies = count > 1;
                  trees.targets = count;
                  trees.leafWeights = count;
                  trees.oddWeights = true;
                  trees.transform = transform;
                }));
      }
    }
    for (boolean positive : new boolean[] {false, true}) {
      all.add(
          of(
              "weights of branches" + (positive ? ", positive" : ""),
              trees -> {
                trees.classifies = true;
                trees.targets = 2;
                trees.only = 1;
                trees.branchWeights = true;
                trees.positive = positive;
              }));
    }
    return all;
  }

  static List<Arguments> newEnsembles() {
    List<Arguments> all = new ArrayList<>();
    for (String aggregate : List.of("SUM", "AVERAGE", "MIN", "MAX")) {
      for (String transform : List.of("NONE", "SOFTMAX_ZERO")) {
        for (int targets = 1; targets < 4; targets += 2) {
          int count = targets;
          all.add(
              of(
                  "new, %s of %d targets, %s".formatted(aggregate, targets, transform),
                  trees -> {
                    trees.allModes = List.of("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT");
                    trees.tracksMissing = true;
                    trees.isNew = true;
                    trees.aggregate = aggregate;
                    trees.targets = count;
                    trees.transform = transform;
                  }));
        }
      }
    }
    all.add(
        of(
            "new, equality",
            trees -> {
              trees.allModes = List.of("BRANCH_EQ", "BRANCH_NEQ", "BRANCH_LEQ", "BRANCH_GT");
              trees.tracksMissing = true;
              trees.isNew = true;
              trees.full = true;
            }));
    return all;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"ensembles", "newEnsembles"})
  void answersAreThoseOfOnnxRuntime(String name, Consumer<RandomTrees> settings)
      throws OrtException {
    for (int seed = 0; seed < 3; seed++) {
      RandomTrees trees = new RandomTrees(new Random(seed));
      settings.accept(trees);
      check(trees.grow(new int[] {1, 7, 90}[seed], 1 + 2 * seed), name + ", seed " + seed);
    }
  }

  /** ONNX Runtime takes branches for equal that differ in what it does not look at. */
  @Test
  void treesWithBranchesThatLookAlikeAreLeftOrHaveTheAnswersOfOnnxRuntime() throws OrtException {
    int left = 0;
    int evaluated = 0;
    for (int seed = 0; seed < 300; seed++) {
      RandomTrees trees = new RandomTrees(new Random(seed));
      trees.allModes = List.of("BRANCH_EQ");
      trees.tracksMissing = seed % 2 == 0;
      trees.fewWeights = true;
      trees.categories = true;
      trees.classifies = seed % 3 > 0;
      trees.targets = trees.classifies ? 3 : 1;
      trees.sets = seed % 5 == 0;
      trees.grow(1 + seed % 4, 2 + seed % 3);
      try {
        var unused = TreeEnsemble.read(trees.operator());
      } catch (UnfitTreesException e) {
        assertThat(e).hasMessageContaining("look alike");
        left++;
        continue;
      }
      evaluated++;
      check(trees, "seed " + seed);
    }
    assertThat(left).isPositive();
    assertThat(evaluated).isGreaterThan(100);
  }

  /** Trees of more than 32 leaves, whose upper part is evaluated apart, and many small ones. */
  @ParameterizedTest
  @CsvSource({"30, 8, false", "5, 12, false", "3, 20, true", "2, 60, true", "2000, 2, false"})
  void deepAndManyTreesHaveTheAnswersOfOnnxRuntime(int count, int depth, boolean chains)
      throws OrtException {
    for (int targets : new int[] {1, 3}) {
      RandomTrees trees = new RandomTrees(new Random(depth));
      trees.allModes = List.of("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT");
      trees.tracksMissing = true;
      trees.chains = chains;
      trees.full = !chains && depth < 10;
      trees.targets = targets;
      trees.leafWeights = targets;
      check(trees.grow(count, depth), count + " trees of depth " + depth);
    }
  }

  /**
   * All settings at once, depths of 1 to 20, and 1 to 2000 trees. A tenth of the ensembles may be
   * left to ONNX Runtime.
   */
  @Sized
  @Test
  void ensemblesOfAnyKindHaveTheAnswersOfOnnxRuntime() throws OrtException {
    int count = TestSize.of(15, 2_000);
    int left = 0;
    for (int seed = 0; seed < count; seed++) {
      RandomTrees trees = anyKind(seed);
      try {
        var unused = TreeEnsemble.read(trees.operator());
      } catch (UnfitTreesException e) {
        left++;
        continue;
      }
      check(trees, "any kind, seed " + seed);
    }
    assertThat(left).as("left of " + count).isLessThan(count / 4);
  }

  /** Exponentials of which many are not normal numbers. */
  @Test
  void softmaxOfDistantScoresHasTheAnswersOfOnnxRuntime() throws OrtException {
    int classes = 4000;
    NodeProto.Builder leaf =
        NodeProto.newBuilder()
            .setDomain("ai.onnx.ml")
            .setOpType("TreeEnsembleClassifier")
            .addInput("x")
            .addOutput("label")
            .addOutput("y");
    List<Long> ids = LongStream.range(0, classes).boxed().toList();
    List<Float> weights = new ArrayList<>(List.of(0f));
    for (int i = 1; i < classes; i++) {
      weights.add(-87f - 0.335f * i / classes);
    }
    for (String name : List.of("treeids", "nodeids", "featureids", "truenodeids", "falsenodeids")) {
      leaf.addAttribute(ints("nodes_" + name, List.of(0L)));
    }
    leaf.addAttribute(ints("class_treeids", Collections.nCopies(classes, 0L)))
        .addAttribute(ints("class_nodeids", Collections.nCopies(classes, 0L)))
        .addAttribute(ints("class_ids", ids))
        .addAttribute(ints("classlabels_int64s", ids))
        .addAttribute(floats("class_weights", weights))
        .addAttribute(floats("nodes_values", List.of(0f)))
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("nodes_modes")
                .setType(AttributeType.STRINGS)
                .addStrings(ByteString.copyFromUtf8("LEAF")))
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("post_transform")
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8("SOFTMAX")));
    check(leaf.build(), new float[ROWS * RandomTrees.FEATURES], "distant scores");
  }

  private static AttributeProto.Builder ints(String name, List<Long> values) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS).addAllInts(values);
  }

  private static AttributeProto.Builder floats(String name, List<Float> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOATS)
        .addAllFloats(values);
  }

  /** To ONNX Runtime, each node of a tree with the number -1 is a root. */
  @Test
  void treesWithTheNumberMinusOneAreLeftOrHaveTheAnswersOfOnnxRuntime() throws OrtException {
    RandomTrees trees = new RandomTrees(new Random(4));
    trees.full = true;
    NodeProto.Builder node = trees.grow(3, 2).operator().toBuilder();
    for (AttributeProto.Builder one : node.getAttributeBuilderList()) {
      for (int i = 0; one.getName().endsWith("_treeids") && i < one.getIntsCount(); i++) {
        one.setInts(i, one.getInts(i) - 1);
      }
    }
    float[] x = new float[ROWS * RandomTrees.FEATURES];
    for (int i = 0; i < x.length; i++) {
      x[i] = trees.feature();
    }
    NodeProto numbered = node.build();
    try {
      check(numbered, x, "numbers from -1");
    } catch (UnfitTreesException e) {
      assertThat(e).hasMessageContaining("-1");
    }
  }

  private static RandomTrees anyKind(int seed) {
    Random random = new Random(seed);
    int unused = random.nextInt(); // is alike for all small seeds
    RandomTrees trees = new RandomTrees(random);
    trees.isNew = random.nextInt(4) == 0;
    trees.classifies = !trees.isNew && random.nextBoolean();
    trees.allModes =
        ALL_MODES.stream().filter(mode -> random.nextInt(3) > 0).collect(Collectors.toList());
    if (trees.allModes.isEmpty()) {
      trees.allModes = List.of("BRANCH_LEQ");
    }
    trees.tracksMissing = random.nextBoolean();
    trees.sets = !trees.isNew && random.nextInt(3) == 0;
    trees.categories = random.nextInt(4) == 0;
    trees.extremes = random.nextInt(6) == 0;
    trees.oddWeights = random.nextInt(6) == 0;
    trees.positive = random.nextBoolean();
    trees.targets = trees.classifies ? 2 + random.nextInt(4) : 1 + random.nextInt(4);
    trees.leafWeights = random.nextBoolean() ? 1 : trees.targets;
    trees.only = trees.classifies && trees.targets == 2 ? random.nextInt(3) - 1 : -1;
    if (trees.only >= 0) {
      trees.leafWeights = 1;
    }
    trees.base =
        trees.isNew || random.nextBoolean()
            ? 0
            : trees.only >= 0 && random.nextBoolean() ? 1 : trees.targets;
    trees.aggregate = List.of("SUM", "AVERAGE", "MIN", "MAX").get(random.nextInt(4));
    trees.transform =
        trees.isNew
            ? List.of("NONE", "SOFTMAX_ZERO").get(random.nextInt(2))
            : TRANSFORMS.get(random.nextInt(TRANSFORMS.size()));
    int depth = 1 + seed % 20;
    trees.chains = depth > 8 && random.nextInt(3) > 0;
    trees.full = depth <= 8 && random.nextBoolean();
    double size = trees.chains ? 2 * depth : Math.pow(trees.full ? 2 : 1.6, depth + 1);
    int most = (int) Math.max(1, Math.min(2000, 20_000 / size));
    return trees.grow((int) Math.pow(most, random.nextDouble()), depth);
  }

  private static void check(RandomTrees trees, String what) throws OrtException {
    float[] x = new float[ROWS * RandomTrees.FEATURES];
    for (int i = 0; i < x.length; i++) {
      x[i] = trees.feature();
    }
    check(trees.operator(), x, what);
  }

  private static void check(NodeProto operator, float[] x, String what) throws OrtException {
    TreeEnsemble ensemble = TreeEnsemble.read(operator);
    int targets = ensemble.targets();
    long[] answers = answers(ensemble, x, ROWS);
    for (int batch : BATCHES) {
      assertThat(answers(ensemble, x, batch))
          .as("%s, in batches of %d", what, batch)
          .isEqualTo(answers);
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(RandomTrees.model(operator), options)) {
        for (int row = 0; row < ROWS; row += 2) {
          float[] one = new float[RandomTrees.FEATURES];
          System.arraycopy(x, row * one.length, one, 0, one.length);
          try (OnnxTensor tensor = OnnxTensor.createTensor(environment, new float[][] {one});
              OrtSession.Result result = session.run(Map.of("x", tensor))) {
            float[] expected = ((float[][]) result.get("y").orElseThrow().getValue())[0];
            for (int i = 0; i < targets; i++) {
              int found = (int) answers[row * targets + i];
              assertThat(found)
                  .as(
                      "%s, row %d, score %d: %s, not %s",
                      what, row, i, Float.intBitsToFloat(found), expected[i])
                  .isEqualTo(Float.floatToIntBits(expected[i]));
            }
            if (ensemble.classifies()) {
              long label = ((long[]) result.get("label").orElseThrow().getValue())[0];
              assertThat(answers[ROWS * targets + row]).as(what + ", row " + row).isEqualTo(label);
            }
          }
        }
      }
    }
  }

  /**
   * Evaluates rows, so many at a time.
   *
   * @return the bits of the scores of each row, of which a NaN has only one form, then the labels
   */
  private static long[] answers(TreeEnsemble ensemble, float[] x, int batch) {
    ByteBuffer in = direct(4 * x.length);
    in.asFloatBuffer().put(x);
    int targets = ensemble.targets();
    ByteBuffer scores = direct(4 * ROWS * targets);
    ByteBuffer labels = direct(8 * ROWS);
    TreeEnsemble.Evaluator evaluator = ensemble.evaluator();
    for (int row = 0; row < ROWS; row += batch) {
      assertThat(
              evaluator.run(
                  Math.min(batch, ROWS - row),
                  RandomTrees.FEATURES,
                  Native.address(in) + 4L * row * RandomTrees.FEATURES,
                  Native.address(scores) + 4L * row * targets,
                  ensemble.classifies() ? Native.address(labels) + 8L * row : 0,
                  () -> false))
          .isTrue();
    }
    long[] answers = new long[ROWS * (targets + 1)];
    for (int i = 0; i < answers.length; i++) {
      int label = i - ROWS * targets;
      answers[i] =
          label < 0 ? Float.floatToIntBits(scores.getFloat(4 * i)) : labels.getLong(8 * label);
    }
    return answers;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}

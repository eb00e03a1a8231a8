package io.mlops4j.monitor.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShiftExplainerTest {
  private static final ShiftExplainer EXPLAINER = ShiftExplainer.withDefaults();

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  private interface OfTwo {
    double apply(double a, double b);
  }

  private static double[] sum(FeatureBatch rows) {
    return predict(rows, (a, b) -> 2 * a + 3 * b);
  }

  private static double[] product(FeatureBatch rows) {
    return predict(rows, (a, b) -> a * b);
  }

  private static double[] predict(FeatureBatch rows, OfTwo function) {
    return IntStream.range(0, rows.rows())
        .mapToDouble(row -> function.apply(number(rows, "a", row), number(rows, "b", row)))
        .toArray();
  }

  private static double number(FeatureBatch rows, String column, int row) {
    return (Double) Objects.requireNonNull(rows.column(column).getObject(row));
  }

  private FeatureBatch batch(double[] a, double[] b) {
    return FeatureBatch.builder(allocator).doubles("a", a).doubles("b", b).build();
  }

  private static double[] constant(int rows, double value) {
    double[] values = new double[rows];
    Arrays.fill(values, value);
    return values;
  }

  private PredictionShift explain(
      Function<FeatureBatch, double[]> model, FeatureBatch before, FeatureBatch after) {
    try (before;
        after) {
      return EXPLAINER.explain(model, before, after);
    }
  }

  private static double explained(PredictionShift shift, String feature) {
    return part(shift, feature).value();
  }

  private static PredictionShift.Estimate part(PredictionShift shift, String feature) {
    return Objects.requireNonNull(shift.parts().get(feature));
  }

  @Test
  void aModelThatAddsItsFeaturesUpLeavesNoRemainder() {
    // As many rows on both sides, so that every reference row is drawn once: exact.
    double[] a = IntStream.range(0, 100).asDoubleStream().toArray();
    double[] moved = Arrays.stream(a).map(x -> x + 5).toArray();
    PredictionShift shift =
        explain(
            ShiftExplainerTest::sum, batch(a, constant(100, 1)), batch(moved, constant(100, 2)));
    assertThat(shift.shift().value()).isCloseTo(13, within(1e-9)); // 2 * 5 + 3 * 1
    assertThat(shift.parts().keySet()).containsExactly("a", "b");
    assertThat(explained(shift, "a")).isCloseTo(10, within(1e-9));
    assertThat(explained(shift, "b")).isCloseTo(3, within(1e-9));
    assertThat(shift.remainder().value()).isCloseTo(0, within(1e-9));
    assertThat(shift.referenceMean()).isCloseTo(102, within(1e-9)); // 2 * 49.5 + 3
    assertThat(shift.referenceRows()).isEqualTo(100);
  }

  @Test
  void whatFeaturesDoTogetherIsTheRemainder() {
    PredictionShift shift =
        explain(
            ShiftExplainerTest::product,
            batch(constant(50, 1), constant(50, 1)),
            batch(constant(70, 2), constant(70, 3)));
    assertThat(shift.shift().value()).isEqualTo(5); // 2 * 3 - 1 * 1
    assertThat(explained(shift, "a")).isEqualTo(3); // 2 * 3 - 1 * 3
    assertThat(explained(shift, "b")).isEqualTo(4); // 2 * 3 - 2 * 1
    assertThat(shift.remainder().value()).isEqualTo(-2);
    assertThat(shift.remainder().standardError()).isZero();
    assertThat(shift.parts().keySet()).containsExactly("b", "a");
    assertThat(shift)
        .hasToString("shift 5 \u00b1 0: b 4 \u00b1 0, a 3 \u00b1 0, remainder -2 \u00b1 0");
  }

  @Test
  void theIntervalHoldsTheTruthAsOftenAsItSays() {
    long seed = 17;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    int held = 0;
    int rounds = 300;
    for (int round = 0; round < rounds; round++) {
      // E f = E a E b: 0 in the reference, and 1 * 2 now; with a put back 0.
      PredictionShift shift =
          explain(
              ShiftExplainerTest::product,
              batch(normal(random, 60, 0), normal(random, 60, 1)),
              batch(normal(random, 200, 1), normal(random, 200, 2)));
      PredictionShift.Estimate a = part(shift, "a");
      held += Math.abs(a.value() - 2) <= a.margin() ? 1 : 0;
    }
    // 95 % of 300 with a deviation of 3.8: four of them on either side.
    System.out.println("held " + held + " of " + rounds);
    assertThat(held).isBetween(270, 300);
  }

  private static double[] normal(Random random, int rows, double mean) {
    return IntStream.range(0, rows).mapToDouble(i -> mean + random.nextGaussian()).toArray();
  }

  @Test
  void equalSeedsGiveEqualFiguresAndManyRowsAreDrawnFrom() {
    Random random = new Random(3);
    try (FeatureBatch before = batch(normal(random, 500, 0), normal(random, 500, 0));
        FeatureBatch after = batch(normal(random, 500, 1), normal(random, 500, 0))) {
      PredictionShift shift = EXPLAINER.explain(ShiftExplainerTest::sum, before, after);
      assertThat(EXPLAINER.explain(ShiftExplainerTest::sum, before, after)).isEqualTo(shift);
      assertThat(EXPLAINER.withSeed(2).explain(ShiftExplainerTest::product, before, after))
          .isNotEqualTo(EXPLAINER.explain(ShiftExplainerTest::product, before, after));
      PredictionShift some =
          EXPLAINER.withMostRows(100).explain(ShiftExplainerTest::sum, before, after);
      assertThat(some.currentRows()).isEqualTo(100);
      assertThat(some.shift().value()).isCloseTo(2, within(some.shift().margin() * 2));
      PredictionShift one =
          EXPLAINER.withFeatures("a").explain(ShiftExplainerTest::sum, before, after);
      assertThat(one.parts().keySet()).containsExactly("a");
    }
  }

  @Test
  void textsAndMissingValuesAreDrawnWithTheirDictionaries() {
    Function<FeatureBatch, double[]> lengths =
        rows -> {
          FieldVector s = rows.column("s");
          return IntStream.range(0, rows.rows())
              .mapToDouble(r -> s.isNull(r) ? 0 : s.getObject(r).toString().length())
              .toArray();
        };
    DictionaryEncoding encoding = new DictionaryEncoding(1, false, null);
    try (VarCharVector words = new VarCharVector("words", allocator);
        VarCharVector others = new VarCharVector("others", allocator);
        VectorSchemaRoot before = encoded(words, encoding, "a", "bbb");
        VectorSchemaRoot after = encoded(others, encoding, "cccc", "dddddd");
        FeatureBatch reference =
            FeatureBatch.of(
                before,
                new DictionaryProvider.MapDictionaryProvider(new Dictionary(words, encoding)));
        FeatureBatch current =
            FeatureBatch.of(
                after,
                new DictionaryProvider.MapDictionaryProvider(new Dictionary(others, encoding)))) {
      // A third each of the first, the second and nothing.
      PredictionShift shift = EXPLAINER.explain(lengths, reference, current);
      assertThat(shift.referenceMean()).isCloseTo(4 / 3.0, within(1e-12));
      assertThat(shift.currentMean()).isCloseTo(10 / 3.0, within(1e-12));
      assertThat(explained(shift, "s")).isCloseTo(2, within(1e-12));
      assertThat(shift.remainder().value()).isCloseTo(0, within(1e-12));
    }
  }

  /** Sixty rows: the first word, the second, nothing, and so on. */
  private VectorSchemaRoot encoded(
      VarCharVector words, DictionaryEncoding encoding, String... texts) {
    words.allocateNew();
    for (int i = 0; i < texts.length; i++) {
      words.setSafe(i, texts[i].getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    words.setValueCount(texts.length);
    IntVector codes =
        new IntVector("s", new FieldType(true, new ArrowType.Int(32, true), encoding), allocator);
    codes.allocateNew(60);
    for (int row = 0; row < 60; row++) {
      if (row % 3 == 2) {
        codes.setNull(row);
      } else {
        codes.set(row, row % 3);
      }
    }
    codes.setValueCount(60);
    return VectorSchemaRoot.of(codes);
  }

  @Test
  void rowsThatCannotBeExplainedAreRefusedAndNothingStaysAllocated() {
    try (FeatureBatch few = batch(constant(39, 1), constant(39, 1));
        FeatureBatch many = batch(constant(40, 1), constant(40, 1));
        FeatureBatch texts = FeatureBatch.builder(allocator).strings("a", new String[40]).build()) {
      assertThatThrownBy(() -> EXPLAINER.explain(ShiftExplainerTest::sum, few, many))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("reference: found 39 rows, expected at least 40");
      assertThatThrownBy(() -> EXPLAINER.explain(ShiftExplainerTest::sum, many, few))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("current: found 39 rows, expected at least 40");
      assertThatThrownBy(() -> EXPLAINER.explain(ShiftExplainerTest::sum, many, texts))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("a: found type Utf8 in the current rows, expected Floating");
      assertThatThrownBy(
              () -> EXPLAINER.withFeatures("c").explain(ShiftExplainerTest::sum, many, many))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("column: found no \"c\"");
      assertThatThrownBy(() -> EXPLAINER.explain(rows -> new double[1], many, many))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("predictor: found 1 numbers for 40 rows, expected one for each row");
      assertThatThrownBy(() -> EXPLAINER.explain(rows -> constant(40, Double.NaN), many, many))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("found the prediction NaN");
      assertThatThrownBy(() -> EXPLAINER.withMostRows(39))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}

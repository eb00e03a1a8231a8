package io.mlops4j.monitor.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bounds that a policy states, and checks that it leaves out. */
class QualityPolicyTest {
  /** Rows without a number may be equal. */
  private static final QualityPolicy DEFAULTS =
      QualityPolicy.withDefaults().without(QualityCheck.DUPLICATES);

  private static final ColumnRules RULES = ColumnRules.withDefaults();

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** Numbers that are all different, and two texts. */
  private FeatureBatch good(int rows) {
    double[] x = new double[rows];
    String[] text = new String[rows];
    Arrays.setAll(x, Math::sin);
    Arrays.setAll(text, row -> row % 3 == 0 ? "a" : "b");
    return FeatureBatch.builder(allocator).doubles("x", x).strings("text", text).build();
  }

  private List<QualityCheck> failures(QualityPolicy policy, double[] x, String[] text) {
    try (FeatureBatch good = good(10_000);
        FeatureBatch live =
            FeatureBatch.builder(allocator).doubles("x", x).strings("text", text).build()) {
      QualityReference reference = QualityReference.builder(Profile.builder()).add(good).build();
      return QualitySuite.of(reference, policy).check(List.of(live)).failures().stream()
          .map(QualityResult.Failed::check)
          .toList();
    }
  }

  /** Numbers as in the reference, of which the first so many are NaN. */
  private static double[] nan(int count) {
    double[] x = new double[100];
    Arrays.setAll(x, row -> row < count ? Double.NaN : Math.sin(row + 0.5));
    return x;
  }

  /** Texts of which the first so many are another than those of the reference. */
  private static String[] texts(String other, int count) {
    String[] text = new String[100];
    Arrays.setAll(text, row -> row < count ? other : row % 3 == 0 ? "a" : "b");
    return text;
  }

  private static String[] missing(int count) {
    String[] text = texts("b", 0);
    Arrays.fill(text, 0, count, null);
    return text;
  }

  @Test
  void sharesUpToTheStatedOnesPass() {
    QualityPolicy policy =
        DEFAULTS
            .withColumn("x", RULES.withMostNan(0.3))
            .withColumn("text", RULES.withMostMissing(0.2));
    assertThat(failures(policy, nan(30), missing(20))).isEmpty();
    assertThat(failures(policy, nan(31), missing(20))).containsExactly(QualityCheck.NAN);
    assertThat(failures(policy, nan(30), missing(21))).containsExactly(QualityCheck.MISSING);
    assertThat(failures(DEFAULTS, nan(30), missing(20)))
        .containsExactlyInAnyOrder(QualityCheck.NAN, QualityCheck.MISSING);
  }

  @Test
  void onlyStatedTextsAreAllowed() {
    QualityPolicy policy = DEFAULTS.withColumn("text", RULES.withCategories("a", "b", "c"));
    assertThat(failures(policy, nan(0), texts("c", 40))).isEmpty();
    assertThat(failures(policy, nan(0), texts("d", 1))).containsExactly(QualityCheck.UNSEEN);
    assertThat(failures(DEFAULTS, nan(0), texts("c", 40))).containsExactly(QualityCheck.UNSEEN);
  }

  @Test
  void checksThatAreLeftOutFindNothing() {
    assertThat(failures(DEFAULTS.without(QualityCheck.NAN), nan(30), missing(20)))
        .containsExactly(QualityCheck.MISSING);
    QualityPolicy ofText = DEFAULTS.withColumn("text", RULES.without(QualityCheck.MISSING));
    assertThat(failures(ofText, nan(30), missing(20))).containsExactly(QualityCheck.NAN);
    assertThat(failures(ofText.without(QualityCheck.NAN), nan(30), missing(20))).isEmpty();
  }

  @Test
  void repeatedRowsUpToTheStatedSharePass() {
    double[] x = nan(0);
    for (int row = 50; row < 75; row++) {
      x[row] = x[25];
    }
    String[] text = Collections.nCopies(100, "b").toArray(String[]::new);
    QualityPolicy others = QualityPolicy.withDefaults().without(QualityCheck.FROZEN);
    assertThat(failures(others.withMostDuplicates(0.25), x, text)).isEmpty();
    assertThat(failures(others.withMostDuplicates(0.24), x, text))
        .containsExactly(QualityCheck.DUPLICATES);
  }

  /**
   * Two NaN of 100 have a probability of 4.4e-4 (SciPy: {@code binom.sf(1, 100, 3e-4)}) where none
   * of 10 000 was NaN: three standard errors are 3e-4.
   */
  @Test
  void theLevelIsTheProbabilityOfAFalseAlarm() {
    assertThat(failures(DEFAULTS.withLevel(4.3e-4), nan(2), missing(0))).isEmpty();
    assertThat(failures(DEFAULTS.withLevel(4.4e-4), nan(2), missing(0)))
        .containsExactly(QualityCheck.NAN);
  }

  @Test
  void boundsThatAreNoneAreRefused() {
    for (double share : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RULES.withMostNan(share))
          .withMessage("mostNan: found " + share + ", expected 0 to 1");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RULES.withMostMissing(share))
          .withMessage("mostMissing: found " + share + ", expected 0 to 1");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> DEFAULTS.withMostDuplicates(share))
          .withMessage("mostDuplicates: found " + share + ", expected 0 to 1");
    }
    for (double level : new double[] {0, 1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> DEFAULTS.withLevel(level))
          .withMessage("level: found " + level + ", expected above 0 and below 1");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(RULES::withCategories)
        .withMessage("categories: found none, expected the allowed texts");
  }
}

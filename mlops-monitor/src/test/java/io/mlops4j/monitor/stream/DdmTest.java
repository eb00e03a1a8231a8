package io.mlops4j.monitor.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DdmTest {

  @Test
  void findsTheChangesThatRiverDocuments() {
    double[] errors = Streams.published("errors");
    Ddm.Settings river = Ddm.withDefaults().withFirstRow(31);
    assertThat(Streams.places(river.start(), errors, Signal.CHANGE)).containsExactly(1334);
    List<Integer> warnings = Streams.places(river.start(), errors, Signal.WARNING);
    assertThat(warnings.get(0)).isEqualTo(1084);
    assertThat(warnings.stream().filter(row -> row > 1334).findFirst()).contains(1492);
  }

  /** p = 10/100 at the minimum, so s = 0.03; then errors only. By hand, in the paper's formula. */
  @Test
  void comparesWithTheMinimum() {
    Ddm ddm = Ddm.withDefaults().start();
    for (int row = 1; row <= 100; row++) {
      assertThat(ddm.add(row % 10 == 0 ? 1 : 0)).isNotEqualTo(Signal.CHANGE);
    }
    assertThat(ddm.errorRate()).isEqualTo(0.1);
    double least = Double.MAX_VALUE; // p + s is least at a row with p = 9/99 or later
    double p = 0;
    double s = 0;
    for (int row = 30; row <= 100; row++) {
      double rate = Math.floor(row / 10.0) / row;
      double deviation = Math.sqrt(rate * (1 - rate) / row);
      if (rate + deviation <= least) {
        least = rate + deviation;
        p = rate;
        s = deviation;
      }
    }
    int errors = 0;
    double excess;
    do {
      errors++;
      double rate = (10.0 + errors) / (100 + errors);
      excess = rate + Math.sqrt(rate * (1 - rate) / (100 + errors)) - p;
      assertThat(ddm.add(1))
          .isEqualTo(
              excess > 3 * s ? Signal.CHANGE : excess > 2 * s ? Signal.WARNING : Signal.STABLE);
      assertThat(ddm.evidence()).isCloseTo(excess / s, within(1e-9));
    } while (excess <= 3 * s);
    assertThat(errors).isGreaterThan(3);
    ddm.add(0);
    assertThat(ddm.errorRate()).isZero(); // started anew
  }

  @Test
  void theRuleBeginsWithRowThirty() {
    Ddm ddm = Ddm.withDefaults().start();
    for (int row = 1; row <= 29; row++) {
      ddm.add(row % 3 == 0 ? 1 : 0);
      assertThat(ddm.evidence()).isZero();
    }
    ddm.add(1);
    assertThat(ddm.evidence()).isCloseTo(1, within(1e-12)); // the row is the minimum itself
  }

  @Test
  void theFirstErrorAfterManyRightAnswersIsNoChange() {
    Ddm ddm = Ddm.withDefaults().start();
    for (int row = 0; row < 1000; row++) {
      assertThat(ddm.add(0)).isEqualTo(Signal.STABLE);
    }
    assertThat(ddm.add(1)).isEqualTo(Signal.STABLE);
  }

  @Test
  void aRateThatFallsIsNoChange() {
    SplittableRandom random = new SplittableRandom(4);
    Ddm ddm = Ddm.withDefaults().start();
    for (int row = 0; row < 5_000; row++) {
      assertThat(ddm.add(row < 100 ? 1 : random.nextDouble() < 0.05 ? 1 : 0))
          .isNotEqualTo(Signal.CHANGE);
    }
  }

  @Test
  void rejectsWhatIsNoErrorAndStaysAsItWas() {
    Ddm ddm = Ddm.withDefaults().start();
    ddm.add(1);
    byte[] before = ddm.toBytes();
    for (double value : new double[] {-1e-9, 1.5, 1e308, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> ddm.add(value))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("value: found " + value);
    }
    assertThat(ddm.toBytes()).isEqualTo(before);
  }

  @Test
  void rejectsSettingsOutsideTheirBounds() {
    Ddm.Settings settings = Ddm.withDefaults();
    assertThatThrownBy(() -> settings.withFirstRow(0)).hasMessageContaining("row: found 0");
    assertThatThrownBy(() -> settings.withDeviations(3, 2))
        .hasMessage("change: found 2.0, expected a finite number from 3.0");
    assertThatThrownBy(() -> settings.withDeviations(0.5, 2)).hasMessageContaining("warning");
  }
}

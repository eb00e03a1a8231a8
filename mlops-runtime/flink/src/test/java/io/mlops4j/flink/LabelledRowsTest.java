package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.monitor.performance.Metric;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LabelledRowsTest {
  private static final Instant START = Instant.EPOCH;

  private static JoinedRow row(int id, double label, double... numbers) {
    return new JoinedRow("m:1", LabelledRows.hash("id-" + id), label, numbers);
  }

  private static LabelledRows of(List<JoinedRow> rows, int most) {
    LabelledRows.Builder builder = new LabelledRows.Builder(rows.get(0).numbers().length);
    rows.forEach(builder::add);
    return builder.build(most);
  }

  private static WindowPerformance window(LabelledRows rows, int classes) {
    return WindowPerformance.of("m:1", START, START.plusSeconds(1), classes, rows.toBytes());
  }

  @Test
  void theSampleDependsNeitherOnTheOrderNorOnTheParts() {
    List<JoinedRow> rows = new ArrayList<>();
    for (int id = 0; id < 20_000; id++) {
      rows.add(row(id, id % 2, id));
    }
    LabelledRows whole = of(rows, 1000);
    assertThat(whole.size()).isEqualTo(1000);
    assertThat(whole.labelled()).isEqualTo(20_000);
    double sum = 0;
    for (int row = 0; row < whole.size(); row++) {
      sum += whole.number(row, 0);
    }
    // A uniform sample: the mean is 9999.5, with a standard error of 20 000 / sqrt(12 * 1000).
    assertThat(sum / 1000).isBetween(9999.5 - 4 * 183, 9999.5 + 4 * 183);

    for (int seed = 1; seed <= 3; seed++) {
      Collections.shuffle(rows, new Random(seed));
      LabelledRows parts = of(rows.subList(0, 50), 1000);
      for (int from = 50; from < rows.size(); from += 1995) {
        parts = of(rows.subList(from, from + 1995), 1000).merge(parts, 1000);
      }
      assertThat(parts.toBytes()).as("seed " + seed).isEqualTo(whole.toBytes());
    }
  }

  @Test
  void rowsWithoutALabelOrAnAnswerAreCounted() {
    LabelledRows rows =
        of(List.of(row(1, 1, 0.5), row(2, Double.NaN, 0.5), row(3, 0, Double.NaN)), 100);
    WindowPerformance window = window(rows, 2);
    assertThat(window.predicted()).isEqualTo(3);
    assertThat(window.labelled()).isEqualTo(2);
    assertThat(window.unanswered()).isEqualTo(1);
    assertThat(window.labels()).containsExactly(1);
    assertThat(window.binary().rocAuc()).isInstanceOf(Metric.Undefined.class);
  }

  @Test
  void probabilitiesOfClassesKeepTheirRows() {
    List<JoinedRow> rows =
        List.of(
            row(1, 0, 0.7, 0.2, 0.1),
            row(2, 1, 0.3, 0.3, 0.4),
            row(3, 2, 0.1, 0.4, 0.5),
            row(4, 2, 0.2, 0.1, 0.7));
    WindowPerformance window = window(of(rows, 100), 3);
    assertThat(window.multiClass().confusion().accuracy())
        .isInstanceOfSatisfying(
            Metric.Value.class, accuracy -> assertThat(accuracy.value()).isEqualTo(0.75));
    assertThatThrownBy(window::binary)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("LabelledStream.binary(...)");
    assertThatThrownBy(window::regression).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aWindowOfNoLabelledRowHasNoFigures() {
    WindowPerformance window = window(of(List.of(row(1, Double.NaN, 0.5)), 100), 2);
    assertThat(window.share()).isZero();
    assertThat(window.binary().rows()).isZero();
    assertThat(window(of(List.of(row(1, Double.NaN, 0.5)), 100), 0).regression().rows()).isZero();
  }
}

package io.mlops4j.monitor.performance.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.monitor.performance.LabelCoverage;
import io.mlops4j.monitor.performance.Metric;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RankingTaskTest {
  private static final LabelCoverage ANY =
      new LabelCoverage(Instant.EPOCH, Instant.EPOCH, 0, 0, 0, 0, 0, Instant.EPOCH);

  /** Two queries of ten items each, of which the last one is relevant. */
  private static Measured<?> ofTwoQueries(int held) {
    LabelledRows rows = new LabelledRows(2, 1);
    for (int item = 0; item < 10; item++) {
      for (int query = 0; query < 2; query++) {
        double relevance = item == 9 ? 1 : 0;
        boolean unused = rows.add(new double[] {-item, query}, new short[] {0}, relevance, held);
      }
    }
    return new RankingTask(null, "query")
        .measured(
            new Measured.Rows(
                ANY, rows, Map.of("column", List.of("all")), Map.of(), List.of(), null));
  }

  @Test
  void aQueryWithAllItemsIsRanked() {
    assertThat(ofTwoQueries(20).figure("mrr").orElse(0)).isEqualTo(0.1);
    assertThat(ofTwoQueries(20).figure("hit_rate_1").orElse(1)).isZero();
  }

  @Test
  void aQueryWithoutSomeOfItsItemsIsNotRankedBetter() {
    Measured<?> sampled = ofTwoQueries(6);
    assertThat(sampled.figures().values())
        .isNotEmpty()
        .allSatisfy(
            figure ->
                assertThat(figure)
                    .isInstanceOfSatisfying(
                        Metric.Undefined.class,
                        undefined -> assertThat(undefined.reason()).contains("raise")));
    assertThat(sampled.groups("column", "mrr").groups())
        .hasEntrySatisfying("all", mrr -> assertThat(mrr).isInstanceOf(Metric.Undefined.class));
  }
}

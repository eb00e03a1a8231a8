package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.performance.PerformanceCases.agrees;
import static io.mlops4j.monitor.performance.PerformanceCases.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class RankingPerformanceTest {
  private static final int ALL = Integer.MAX_VALUE;

  /** Ties of scores among them, and fewer items than ranks. */
  @Test
  void agreesWithScikitLearn() {
    JsonNode golden = PerformanceCases.CASES.get("ranking");
    RankingPerformance performance =
        RankingPerformance.of(rows(golden.get("relevance")), rows(golden.get("scores")));
    agrees(performance.ndcg(1), golden.get("ndcg_1"));
    agrees(performance.ndcg(3), golden.get("ndcg_3"));
    agrees(performance.ndcg(ALL), golden.get("ndcg"));
    agrees(performance.meanAveragePrecision(), golden.get("map"));
    agrees(performance.meanReciprocalRank(), golden.get("mrr"));
    agrees(performance.hitRate(1), golden.get("hit_1"));
    agrees(performance.hitRate(2), golden.get("hit_2"));
    agrees(performance.hitRate(4), golden.get("hit_4"));
  }

  @Test
  void queriesWithoutARelevantItemAreLeftOutAndCounted() {
    RankingPerformance one =
        RankingPerformance.of(
            new double[][] {{0, 0}, {0, 1}, {}}, new double[][] {{1, 2}, {1, 2}, {}});
    assertThat(one.queries()).isOne();
    assertThat(one.withoutRelevant()).isEqualTo(2);
    assertThat(one.ndcg(ALL)).isEqualTo(new Metric.Value(1, Double.POSITIVE_INFINITY));
    assertThat(RankingPerformance.of(new double[0][], new double[0][]).meanAveragePrecision())
        .isEqualTo(new Metric.Undefined("no query has a relevant item"));
  }

  @Test
  void aModelThatScoresAllItemsTheSameGainsNothing() {
    RankingPerformance even =
        RankingPerformance.of(new double[][] {{1, 0, 0, 0}}, new double[][] {{7, 7, 7, 7}});
    assertThat(even.meanReciprocalRank().orElse(9)).isEqualTo(0.25);
    assertThat(even.hitRate(3).orElse(9)).isZero();
    assertThat(even.hitRate(4).orElse(9)).isOne();
    assertThat(even.hitRate(ALL).orElse(9)).isOne();
  }

  @Test
  void infiniteScoresRankAndNoQueriesDefineNothing() {
    double most = Double.POSITIVE_INFINITY;
    RankingPerformance wild =
        RankingPerformance.of(
            new double[][] {{0, 2, 0}}, new double[][] {{-most, most, Double.MAX_VALUE}});
    assertThat(wild.meanReciprocalRank().orElse(9)).isOne();
    RankingPerformance none = RankingPerformance.of(new double[0][], new double[0][]);
    assertThat(none.meanReciprocalRank())
        .isEqualTo(new Metric.Undefined("no query has a relevant item"));
    assertThat(none.hitRate(1)).isEqualTo(new Metric.Undefined("no query has a relevant item"));
    assertThatThrownBy(() -> none.hitRate(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void badInputIsRefusedWithItsPlace() {
    double[][] one = {{1}};
    assertThatThrownBy(() -> RankingPerformance.of(one, new double[][] {{1, 2}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("query 0 has 1 relevances, 2 scores");
    assertThatThrownBy(() -> RankingPerformance.of(one, new double[0][]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RankingPerformance.of(new double[][] {{-1}}, one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("relevance -1.0");
    assertThatThrownBy(() -> RankingPerformance.of(one, new double[][] {{Double.NaN}}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RankingPerformance.of(one, one).ndcg(0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

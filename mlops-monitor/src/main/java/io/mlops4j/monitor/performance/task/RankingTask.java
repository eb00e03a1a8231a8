package io.mlops4j.monitor.performance.task;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.live.rows.LabelKey;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.RankingPerformance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** Scores of the items of a query, and their relevance. */
public final class RankingTask extends PerformanceTask<RankingPerformance> {
  private static final int HASH_BITS = 52; // a double holds them exactly
  private static final Map<String, Function<RankingPerformance, Metric>> FIGURES = all();

  private final String query;

  public RankingTask(@Nullable String output, String query) {
    super(output, List.of());
    this.query = query;
  }

  private static Map<String, Function<RankingPerformance, Metric>> all() {
    Map<String, Function<RankingPerformance, Metric>> all = new LinkedHashMap<>();
    all.put("ndcg", p -> p.ndcg(Integer.MAX_VALUE));
    all.put("ndcg_10", p -> p.ndcg(10));
    all.put("map", RankingPerformance::meanAveragePrecision);
    all.put("mrr", RankingPerformance::meanReciprocalRank);
    all.put("hit_rate_1", p -> p.hitRate(1));
    all.put("hit_rate_10", p -> p.hitRate(10));
    return Collections.unmodifiableMap(all);
  }

  @Override
  public int width() {
    return 2;
  }

  /** A score and a hash of the query; both are missing if one is. */
  @Override
  public void read(FeatureBatch features, FeatureBatch outputs, double[] into) {
    double[] scores = new double[outputs.rows()];
    LabelColumns.numbers(column(outputs), 1, 0, scores);
    FieldVector queries = features.column(query);
    for (int row = 0; row < scores.length; row++) {
      String its = LabelColumns.key(features, queries, row);
      into[2 * row] = its == null ? Double.NaN : scores[row];
      into[2 * row + 1] =
          its == null ? Double.NaN : (double) (LabelKey.of(its).low() >>> (Long.SIZE - HASH_BITS));
    }
  }

  @Override
  boolean isLabel(double label) {
    return label >= 0 && Double.isFinite(label);
  }

  @Override
  String expected() {
    return "a relevance: finite and 0 or more";
  }

  @Override
  double prediction(LabelledRows rows, int row) {
    return rows.value(row, 0);
  }

  /** With fewer items a relevant one ranks higher. */
  @Override
  Metric.@Nullable Undefined unmeasurable(LabelledRows rows) {
    return rows.isSampled()
        ? new Metric.Undefined(
            "not all labelled items are held, and a query without some of its items has no ranking;"
                + " raise PerformancePolicy.rows(...)")
        : null;
  }

  @Override
  RankingPerformance measure(LabelledRows rows) {
    if (rows.isSampled()) {
      return RankingPerformance.of(new double[0][], new double[0][]);
    }
    Map<Double, List<Integer>> byQuery = new TreeMap<>();
    for (int row = 0; row < rows.size(); row++) {
      if (!Double.isNaN(rows.value(row, 0))) {
        byQuery.computeIfAbsent(rows.value(row, 1), absent -> new ArrayList<>()).add(row);
      }
    }
    double[][] relevance = new double[byQuery.size()][];
    double[][] scores = new double[byQuery.size()][];
    int at = 0;
    for (List<Integer> items : byQuery.values()) {
      relevance[at] = items.stream().mapToDouble(rows::label).toArray();
      scores[at] = items.stream().mapToDouble(row -> rows.value(row, 0)).toArray();
      at++;
    }
    return RankingPerformance.of(relevance, scores);
  }

  @Override
  Map<String, Function<RankingPerformance, Metric>> figures() {
    return FIGURES;
  }

  @Override
  public List<Standard> standards() {
    return List.of(new Standard("ndcg"));
  }
}

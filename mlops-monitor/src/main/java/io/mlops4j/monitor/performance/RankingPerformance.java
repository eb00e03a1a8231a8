package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Realised performance of a ranking model: for each query the relevance of its items and the
 * model's scores. Agrees with scikit-learn's {@code ndcg_score} and, query by query, {@code
 * average_precision_score}.
 *
 * <p>A query without a relevant item cannot be ranked well or badly. It is left out and counted in
 * {@link #withoutRelevant()}, while scikit-learn counts it as 0. The standard errors are those of
 * the mean over independent queries; infinite for a single one. Immutable and thread safe.
 */
public final class RankingPerformance {
  private final List<Query> queries;
  private final long withoutRelevant;

  private RankingPerformance(List<Query> queries, long withoutRelevant) {
    this.queries = queries;
    this.withoutRelevant = withoutRelevant;
  }

  /**
   * Computes the performance on judged queries, which may have different numbers of items.
   *
   * @param relevance for each query the relevance of its items, 0 or more and finite
   * @param scores for each query the model's scores of the same items, none NaN
   * @return the performance on these queries
   * @throws IllegalArgumentException if the lengths differ, a relevance is negative or not finite
   *     or a score is NaN
   */
  public static RankingPerformance of(double[][] relevance, double[][] scores) {
    Objects.requireNonNull(relevance, "relevance");
    Objects.requireNonNull(scores, "scores");
    if (relevance.length != scores.length) {
      throw new IllegalArgumentException(
          relevance.length
              + " queries of relevances, "
              + scores.length
              + " of scores: each query needs both");
    }
    List<Query> judged =
        IntStream.range(0, relevance.length)
            .mapToObj(query -> Query.of(query, relevance[query], scores[query]))
            .filter(Query::hasRelevant)
            .toList();
    return new RankingPerformance(judged, (long) relevance.length - judged.size());
  }

  /** {@return the number of queries with a relevant item} */
  public long queries() {
    return queries.size();
  }

  /** {@return the number of queries that were left out because none of their items is relevant} */
  public long withoutRelevant() {
    return withoutRelevant;
  }

  /**
   * NDCG, the mean of {@code DCG / best DCG}, with {@code DCG = sum relevance / log2(1 + rank)}
   * over the first ranks; items of equal score share the discounts of their ranks.
   *
   * @param first the number of ranks that count, at least 1; {@link Integer#MAX_VALUE} for all
   * @return the mean in [0, 1]; undefined without queries
   * @throws IllegalArgumentException if the number of ranks is below 1
   */
  public Metric ndcg(int first) {
    checkRanks(first);
    return mean(queries.stream().mapToDouble(query -> query.ndcg(first)).toArray());
  }

  /**
   * MAP, the mean of the queries' average precisions; items with a relevance above 0 are relevant,
   * and items of equal score share a rank.
   *
   * @return the mean in [0, 1]; undefined without queries
   */
  public Metric meanAveragePrecision() {
    return mean(queries.stream().mapToDouble(Query::averagePrecision).toArray());
  }

  /**
   * MRR, the mean of {@code 1 / rank} of the first relevant item; items with a relevance above 0
   * are relevant. Items of equal score share their last rank, so a model gains nothing by giving
   * all items the same score. With one relevant item for each query it is scikit-learn's {@code
   * label_ranking_average_precision_score}.
   *
   * @return the mean in (0, 1]; undefined without queries
   */
  public Metric meanReciprocalRank() {
    return mean(queries.stream().mapToDouble(query -> 1.0 / query.firstRelevantRank()).toArray());
  }

  /**
   * Hit rate, hit@k: the share of queries with a relevant item among the first ranks. Items of
   * equal score share their last rank.
   *
   * @param first the number of ranks that count, at least 1
   * @return the share; undefined without queries
   * @throws IllegalArgumentException if the number of ranks is below 1
   */
  public Metric hitRate(int first) {
    checkRanks(first);
    return mean(
        queries.stream()
            .mapToDouble(query -> query.firstRelevantRank() <= first ? 1 : 0)
            .toArray());
  }

  private static void checkRanks(int first) {
    if (first < 1) {
      throw new IllegalArgumentException("first = " + first + ": at least one rank must count");
    }
  }

  private static Metric mean(double[] values) {
    return values.length == 0
        ? new Metric.Undefined("no query has a relevant item")
        : Averages.metric(values);
  }

  /** Items in descending order of their scores. */
  private static final class Query {
    private final double[] relevance;
    private final double[] scores;

    private Query(double[] relevance, double[] scores) {
      this.relevance = relevance;
      this.scores = scores;
    }

    static Query of(int number, double[] relevance, double[] scores) {
      if (relevance.length != scores.length) {
        throw new IllegalArgumentException(
            "query %s has %s relevances, %s scores: each item needs one of each"
                .formatted(number, relevance.length, scores.length));
      }
      for (int item = 0; item < scores.length; item++) {
        if (!(relevance[item] >= 0 && relevance[item] < Double.POSITIVE_INFINITY)
            || Double.isNaN(scores[item])) {
          throw new IllegalArgumentException(
              "query %s, item %s has relevance %s and score %s: a relevance is finite and not negative, a score not NaN"
                  .formatted(number, item, relevance[item], scores[item]));
        }
      }
      int[] order =
          IntStream.range(0, scores.length)
              .boxed()
              .sorted(Comparator.comparingDouble(item -> -scores[item]))
              .mapToInt(Integer::intValue)
              .toArray();
      return new Query(
          Arrays.stream(order).mapToDouble(item -> relevance[item]).toArray(),
          Arrays.stream(order).mapToDouble(item -> scores[item]).toArray());
    }

    boolean hasRelevant() {
      return Arrays.stream(relevance).anyMatch(r -> r > 0);
    }

    double ndcg(int first) {
      double gain = 0;
      for (int from = 0, to; from < scores.length; from = to) {
        to = endOfTie(from);
        double mean = Arrays.stream(relevance, from, to).average().orElseThrow();
        gain += mean * discounts(from, Math.min(to, first));
      }
      double[] ideal = relevance.clone();
      Arrays.sort(ideal);
      double best = 0;
      for (int rank = 0; rank < Math.min(ideal.length, first); rank++) {
        best += ideal[ideal.length - 1 - rank] * discounts(rank, rank + 1);
      }
      return gain / best;
    }

    private static double discounts(int from, int to) {
      double sum = 0;
      for (int rank = from; rank < to; rank++) {
        sum += Math.log(2) / Math.log(rank + 2.0);
      }
      return sum;
    }

    double averagePrecision() {
      double sum = 0;
      double hits = 0;
      for (int from = 0, to; from < scores.length; from = to) {
        to = endOfTie(from);
        double here = Arrays.stream(relevance, from, to).filter(r -> r > 0).count();
        hits += here;
        sum += here * hits / to;
      }
      return sum / hits;
    }

    int firstRelevantRank() {
      int item = 0;
      while (relevance[item] == 0) {
        item++;
      }
      return endOfTie(item);
    }

    private int endOfTie(int from) {
      int to = from + 1;
      while (to < scores.length && scores[to] == scores[from]) {
        to++;
      }
      return to;
    }
  }
}

package io.mlops4j.bench.live;

import io.mlops4j.bench.truth.Inquiry;
import io.mlops4j.bench.truth.Line;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.ConfusionMatrix;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What CBPE expects of each month after January, and what was realised: how many of the 95 %
 * intervals hold the realised figure, and how wide they are. Once with the labels as they were, of
 * which the share moves; and once with labels drawn from the calibrated score, as CBPE assumes.
 */
final class EstimatedPerformance implements Inquiry {
  private static final List<String> FIGURES =
      List.of("accuracy", "precision", "recall", "f1", "roc_auc");
  private static final double CONFIDENCE = 0.95;
  private static final double ENOUGH = 0.9;
  private static final double THRESHOLD = 0.25;
  private static final int MONTHS = 5;

  /** Draws of the labels, so that a coverage can be told. */
  private static final int DRAWS = 8;

  private final SharedFlights shared;

  EstimatedPerformance(SharedFlights shared) {
    this.shared = shared;
  }

  /** How often an interval held the realised figure, and how wide intervals were. */
  private static final class Coverage {
    private int intervals;
    private int held;
    private double width;
    private double error;

    void add(Metric expected, double realised) {
      if (expected instanceof Metric.Value value) {
        Metric.Interval interval = value.interval(CONFIDENCE);
        intervals++;
        held += interval.contains(realised) ? 1 : 0;
        width += interval.high() - interval.low();
        error += Math.abs(value.value() - realised);
      }
    }

    double share() {
      return (double) held / intervals;
    }

    String note() {
      return String.format(
          Locale.ROOT,
          "of %d intervals, mean width %.4f, mean error %.4f",
          intervals,
          width / intervals,
          error / intervals);
    }
  }

  @Override
  public String name() {
    return "live.cbpe";
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (String labels : List.of("real", "assumed")) {
      FIGURES.forEach(figure -> names.add(name(labels, figure)));
    }
    return names;
  }

  private static String name(String labels, String figure) {
    return "live.cbpe." + labels + "." + figure + ".coverage";
  }

  @Override
  public List<Line> run(Look look) throws Exception {
    Optional<FlightHistory> history = shared.history();
    if (history.isEmpty()) {
      look.says().accept(name() + ": " + SharedFlights.HOW);
      return List.of();
    }
    Months months = new Months(history.get());
    Map<String, Coverage> real = coverages();
    PerformanceEstimator fitted = fitted(months.labels(0), months.scores(0));
    for (int month = 1; month <= MONTHS; month++) {
      add(real, estimate(fitted, months.scores(month)), months, month, months.labels(month));
    }
    Map<String, Coverage> assumed = coverages();
    SplittableRandom random = new SplittableRandom(look.seed());
    for (int draw = 0; draw < (look.quick() ? 1 : DRAWS); draw++) {
      PerformanceEstimator again =
          fitted(drawn(months.scores(0), fitted, random), months.scores(0));
      for (int month = 1; month <= MONTHS; month++) {
        double[] scores = months.scores(month);
        add(assumed, estimate(again, scores), months, month, drawn(scores, fitted, random));
      }
    }
    return lines(real, assumed);
  }

  /** Scores and labels by month; January is 0 and lacks the rows that the model learned from. */
  private static final class Months {
    private final List<double[]> scores = new ArrayList<>();
    private final List<double[]> labels = new ArrayList<>();

    Months(FlightHistory flights) {
      ScoredFlights scored = new ScoredFlights(flights);
      for (int month = 0; month <= MONTHS; month++) {
        LocalDate first = FlightSetup.JANUARY.plusMonths(month);
        boolean reference = month == 0;
        int[] rows =
            IntStream.range(flights.first(first), flights.first(first.plusMonths(1)))
                .filter(row -> !reference || row % FlightModel.LEARNED_EVERY != 0)
                .toArray();
        scores.add(IntStream.of(rows).mapToDouble(scored::score).toArray());
        labels.add(IntStream.of(rows).mapToDouble(row -> flights.isLate(row) ? 1 : 0).toArray());
      }
    }

    double[] scores(int month) {
      return scores.get(month);
    }

    double[] labels(int month) {
      return labels.get(month);
    }
  }

  private static PerformanceEstimator fitted(double[] labels, double[] scores) {
    return PerformanceEstimator.binary().threshold(THRESHOLD).add(labels, scores).build();
  }

  private static PerformanceEstimator.Estimate estimate(
      PerformanceEstimator cbpe, double[] scores) {
    PerformanceEstimator.Window window = cbpe.window();
    window.add(scores);
    return window.estimate();
  }

  /** Labels with the probabilities of a calibration. */
  private static double[] drawn(
      double[] scores, PerformanceEstimator truth, SplittableRandom random) {
    return Arrays.stream(scores)
        .map(score -> random.nextDouble() < truth.probability(score) ? 1 : 0)
        .toArray();
  }

  private static Map<String, Coverage> coverages() {
    Map<String, Coverage> all = new LinkedHashMap<>();
    FIGURES.forEach(figure -> all.put(figure, new Coverage()));
    return all;
  }

  private static void add(
      Map<String, Coverage> to,
      PerformanceEstimator.Estimate estimate,
      Months months,
      int month,
      double[] labels) {
    BinaryPerformance realised = BinaryPerformance.of(labels, months.scores(month));
    ConfusionMatrix confusion = realised.confusion(THRESHOLD);
    add(to, "accuracy", estimate.figure("accuracy"), confusion.accuracy());
    add(to, "precision", estimate.figure("precision"), confusion.precision());
    add(to, "recall", estimate.figure("recall"), confusion.recall());
    add(to, "f1", estimate.figure("f1"), confusion.f1());
    add(to, "roc_auc", estimate.figure("roc_auc"), realised.rocAuc());
  }

  private static void add(
      Map<String, Coverage> to, String figure, Metric expected, Metric realised) {
    Objects.requireNonNull(to.get(figure)).add(expected, realised.orElse(Double.NaN));
  }

  private static List<Line> lines(Map<String, Coverage> real, Map<String, Coverage> assumed) {
    List<Line> lines = new ArrayList<>();
    real.forEach(
        (figure, all) -> lines.add(Line.shown(name("real", figure), all.share(), all.note())));
    assumed.forEach(
        (figure, all) ->
            lines.add(Line.atLeast(name("assumed", figure), all.share(), ENOUGH, all.note())));
    return lines;
  }
}

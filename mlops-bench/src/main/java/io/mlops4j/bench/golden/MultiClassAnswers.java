package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.performance.ClassConfusion;
import io.mlops4j.monitor.performance.ClassConfusion.Averaging;
import io.mlops4j.monitor.performance.ConfusionMatrix;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.MultiClassPerformance;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The labelled probabilities of a model of several classes. */
final class MultiClassAnswers {
  private MultiClassAnswers() {}

  static Answers of(JsonNode element) {
    int classes = element.get("k").asInt();
    double[] flat = JsonNumbers.doubles(element.get("P_rowmajor"));
    MultiClassPerformance performance =
        MultiClassPerformance.of(
            classes,
            Arrays.stream(JsonNumbers.counts(element.get("y"))).mapToInt(y -> (int) y).toArray(),
            IntStream.range(0, flat.length / classes)
                .mapToObj(row -> Arrays.copyOfRange(flat, row * classes, (row + 1) * classes))
                .toArray(double[][]::new));
    ClassConfusion confusion = performance.confusion();
    Answers answers = new Answers();
    metric(answers, "accuracy", confusion::accuracy);
    for (Averaging averaging : Averaging.values()) {
      String prefix = averaging.name().toLowerCase(Locale.ROOT) + ".";
      metric(answers, prefix + "precision", () -> confusion.precision(averaging));
      metric(answers, prefix + "recall", () -> confusion.recall(averaging));
      metric(answers, prefix + "f1", () -> confusion.f1(averaging));
    }
    perClass(answers, "precision", confusion, one -> one.precision().orElse(0));
    perClass(answers, "recall", confusion, one -> one.recall().orElse(0));
    perClass(answers, "f1", confusion, one -> one.f1().orElse(0));
    perClass(
        answers, "support", confusion, one -> (double) one.truePositives() + one.falseNegatives());
    metric(answers, "log_loss", performance::logLoss);
    metric(answers, "brier_multiclass_sum", performance::brier);
    metric(answers, "roc_auc_ovr_macro", performance::rocAuc);
    metric(answers, "roc_auc_ovo_macro", performance::rocAucOneVersusOne);
    metric(
        answers,
        "ece10_top_label",
        () -> performance.calibrationError(ClassificationAnswers.TEN_WIDTHS));
    return answers.values("confusion", () -> counts(confusion));
  }

  private static void metric(Answers answers, String path, Supplier<Metric> metric) {
    answers.value(path, () -> metric.get().orElse(Double.NaN));
  }

  private static void perClass(
      Answers answers,
      String name,
      ClassConfusion confusion,
      Function<ConfusionMatrix, Double> figure) {
    answers.values(
        "per_class." + name,
        () ->
            IntStream.range(0, confusion.classes())
                .mapToDouble(label -> figure.apply(confusion.oneVersusRest(label)))
                .toArray());
  }

  private static double[] counts(ClassConfusion confusion) {
    int classes = confusion.classes();
    return IntStream.range(0, classes * classes)
        .mapToDouble(cell -> confusion.count(cell / classes, cell % classes))
        .toArray();
  }
}

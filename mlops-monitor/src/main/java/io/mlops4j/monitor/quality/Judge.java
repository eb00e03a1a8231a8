package io.mlops4j.monitor.quality;

import io.mlops4j.internal.Spans;
import io.mlops4j.monitor.internal.BackgroundThread;
import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.SkippedColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Makes the checks of single columns, by their counts. */
final class Judge {
  static final double FEWEST_SHARE = 0.01;
  private static final long SHORTEST_RUN = 100;
  private static final long SHORTEST_RUN_UNLEARNED = 200;

  private final QualitySuite suite;
  private final QualityWindow window;
  private final QualityPolicy policy;
  private final double level;
  private final List<QualityResult> results = new ArrayList<>();

  Judge(QualitySuite suite, QualityWindow window, double level) {
    this.level = level;
    this.suite = suite;
    this.window = window;
    this.policy = suite.policy();
  }

  List<QualityResult> results() {
    for (int i = 0; i < suite.columns().size(); i++) {
      ColumnPlan plan = suite.columns().get(i);
      ColumnCounts counts = window.counts(i);
      boolean answersAbsent =
          plan.role() == Role.OUTPUT && counts.checked + counts.absent + counts.otherKind == 0;
      if (!answersAbsent && !(plan.reference() instanceof SkippedColumn)) {
        BackgroundThread.giveWay();
        judge(plan, counts);
      }
    }
    for (Map.Entry<String, ColumnCounts> other : window.others().entrySet()) {
      if (policy.makes(QualityCheck.NAN, other.getKey())) {
        nan(other.getKey(), Role.OUTPUT, other.getValue(), 0, window.checkedRows());
      }
    }
    results.addAll(new SampleJudge(suite, window, level).results());
    return results;
  }

  private void judge(ColumnPlan plan, ColumnCounts counts) {
    String name = plan.name();
    if (policy.makes(QualityCheck.TYPE, name)) {
      type(plan, counts);
    }
    if (policy.makes(QualityCheck.MISSING, name)) {
      missing(plan, counts);
    }
    if (policy.makes(QualityCheck.NAN, name)) {
      nan(plan, counts);
    }
    if (policy.makes(QualityCheck.RANGE, name) && !Double.isNaN(plan.low())) {
      range(plan, counts);
    }
    if (policy.makes(QualityCheck.UNSEEN, name) && plan.known() != null) {
      unseen(plan, counts);
    }
    if (policy.makes(QualityCheck.FROZEN, name)) {
      frozen(plan, counts);
    }
    if (policy.makes(QualityCheck.FRESHNESS, name) && plan.rules().maximumAge() != null) {
      fresh(plan, counts);
    }
    if (policy.makes(QualityCheck.ORDER, name) && plan.rules().order() != null) {
      ordered(plan, counts);
    }
  }

  private void type(ColumnPlan plan, ColumnCounts counts) {
    long wrong = counts.absent + counts.otherKind;
    long all = wrong + counts.checked;
    String what =
        counts.absent == wrong ? "no such column" : "another kind of values, or damaged memory,";
    rule(
        QualityCheck.TYPE,
        plan.name(),
        wrong,
        all,
        0,
        () -> "found " + what,
        "send the column with the name and the type of the reference");
  }

  /** Compares a share with a bound that somebody stated. */
  private void rule(
      QualityCheck check,
      String column,
      long found,
      long all,
      double bound,
      Supplier<String> text,
      String advice) {
    double share = all == 0 ? 0 : (double) found / all;
    if (found == 0 || share <= bound) {
      results.add(new QualityResult.Passed(check, column, share, bound));
      return;
    }
    double unit = Math.max(bound, FEWEST_SHARE);
    results.add(
        new QualityResult.Failed(
            check,
            column,
            share,
            bound,
            1 + (share - bound) / unit,
            "%s in %s of %s rows (%s), allowed %s"
                .formatted(
                    text.get(),
                    Figures.of(found),
                    Figures.of(all),
                    Figures.share(share),
                    Figures.share(bound)),
            advice));
  }

  /** Compares a share with the share of the reference. */
  private void learned(
      QualityCheck check,
      String column,
      long found,
      long all,
      double expected,
      long referenceRows,
      Supplier<String> text,
      String advice) {
    if (referenceRows == 0) {
      results.add(
          new QualityResult.NotChecked(check, column, "the reference has no values of the column"));
      return;
    }
    double factor = suite.reference().boundFactor(column, check);
    Excess excess = Excess.of(found, all, expected, referenceRows, FEWEST_SHARE, factor, level);
    if (!excess.failed()) {
      results.add(new QualityResult.Passed(check, column, excess.share(), excess.bound()));
      return;
    }
    results.add(
        new QualityResult.Failed(
            check,
            column,
            excess.share(),
            excess.bound(),
            excess.relative(),
            "%s in %s of %s rows (%s), expected %s as in the reference, bound %s"
                .formatted(
                    text.get(),
                    Figures.of(found),
                    Figures.of(all),
                    Figures.share(excess.share()),
                    Figures.share(expected),
                    Figures.share(excess.bound())),
            advice));
  }

  private void missing(ColumnPlan plan, ColumnCounts counts) {
    String advice =
        "look for a source that stopped sending the column, or for a failed join before the model";
    if (!Double.isNaN(plan.rules().mostMissing())) {
      rule(
          QualityCheck.MISSING,
          plan.name(),
          counts.nulls,
          counts.checked,
          plan.rules().mostMissing(),
          () -> "found null",
          advice);
    } else if (plan.reference() != null) {
      learned(
          QualityCheck.MISSING,
          plan.name(),
          counts.nulls,
          counts.checked,
          plan.nullShare(),
          plan.referenceRows(),
          () -> "found null",
          advice);
    }
  }

  private void nan(ColumnPlan plan, ColumnCounts counts) {
    boolean vectorsOrNumbers =
        plan.kind() == null
            || plan.kind() == io.mlops4j.monitor.profile.internal.ColumnKind.NUMBERS
            || plan.kind() == io.mlops4j.monitor.profile.internal.ColumnKind.VECTORS;
    if (!Double.isNaN(plan.rules().mostNan())) {
      rule(
          QualityCheck.NAN,
          plan.name(),
          counts.nans,
          counts.checked,
          plan.rules().mostNan(),
          () -> "found NaN",
          advice(plan.role()));
    } else if (plan.reference() != null && vectorsOrNumbers) {
      nan(plan.name(), plan.role(), counts, plan.nanShare(), plan.referenceRows());
    }
  }

  private void nan(
      String name, Role role, ColumnCounts counts, double expected, long referenceRows) {
    learned(
        QualityCheck.NAN,
        name,
        counts.nans,
        counts.checked,
        expected,
        referenceRows,
        () -> "found NaN",
        advice(role));
  }

  private static String advice(Role role) {
    return role == Role.OUTPUT
        ? "look for features that are missing, infinite or beyond what the model was trained on"
        : "look for a division by zero, or a failed conversion of text, before the model";
  }

  private void range(ColumnPlan plan, ColumnCounts counts) {
    Supplier<String> text =
        () -> {
          String[] low = Figures.apart(counts.least, plan.low());
          String[] high = Figures.apart(counts.greatest, plan.high());
          return "found values from %s to %s; beyond %s to %s"
              .formatted(low[0], high[0], low[1], high[1]);
        };
    if (plan.rules().hasRange()) {
      rule(
          QualityCheck.RANGE,
          plan.name(),
          counts.outside,
          counts.present(),
          plan.rules().tolerance(),
          text,
          "correct the values, or widen the range in the policy");
    } else {
      learned(
          QualityCheck.RANGE,
          plan.name(),
          counts.outside,
          counts.present(),
          0,
          plan.referenceRows(),
          text,
          "look for another unit, a sentinel such as -1 or 9999, or a new kind of case");
    }
  }

  private void unseen(ColumnPlan plan, ColumnCounts counts) {
    boolean stated = !plan.rules().categories().isEmpty();
    Supplier<String> text = () -> unseen(counts, stated);
    if (stated) {
      rule(
          QualityCheck.UNSEEN,
          plan.name(),
          counts.unseen,
          counts.present(),
          plan.rules().tolerance(),
          text,
          "correct the texts, or add them to the policy");
    } else {
      learned(
          QualityCheck.UNSEEN,
          plan.name(),
          counts.unseen,
          counts.present(),
          plan.unnamedShare(),
          plan.referenceRows(),
          text,
          "look for a renamed category or another encoding; train the model on new categories");
    }
  }

  /** The most frequent texts; rare ones may name somebody. */
  private static String unseen(ColumnCounts counts, boolean stated) {
    String examples =
        counts.examples.values().stream()
            .filter(example -> stated || example.rows() >= 5)
            .sorted((a, b) -> Long.compare(b.rows(), a.rows()))
            .limit(3)
            .map(example -> "\"" + example.text() + "\"")
            .collect(Collectors.joining(", "));
    return (stated ? "found texts that are not allowed" : "found texts that the reference lacks")
        + (examples.isEmpty() ? "" : ", such as " + examples + ",");
  }

  private void frozen(ColumnPlan plan, ColumnCounts counts) {
    QualityReference.Learned rows = plan.learned();
    QualityReference.LearnedColumn learned = rows == null ? null : rows.columns().get(plan.name());
    long bound;
    if (plan.rules().longestRun() > 0) {
      bound = plan.rules().longestRun() + 1;
    } else if (rows != null && learned != null && learned.longestRun() > 0) {
      if (learned.longestRun() > rows.rows() / 4) {
        return; // a constant column, or nearly so
      }
      bound = Math.max(SHORTEST_RUN, 3 * learned.longestRun(suite.sampling()));
    } else if (plan.reference() instanceof NumberProfile numbers && !numbers.exact()) {
      bound = Math.max(SHORTEST_RUN_UNLEARNED, window.rows() / 4);
    } else {
      if (plan.reference() instanceof NumberProfile
          || plan.reference() instanceof CategoryProfile) {
        results.add(
            new QualityResult.NotChecked(
                QualityCheck.FROZEN,
                plan.name(),
                "a profile does not know the usual runs of few values; build the reference with"
                    + " QualityReference.builder(...)"));
      }
      return;
    }
    if (plan.rules().longestRun() == 0) {
      long chance =
          ChanceRun.longest(
              Objects.requireNonNull(plan.reference()), window.rows(), suite.sampling(), level);
      if (chance == Long.MAX_VALUE) {
        return; // a constant column, or nearly so
      }
      bound = Math.max(bound, chance);
    }
    long run = counts.runs.longest();
    if (run < bound) {
      results.add(new QualityResult.Passed(QualityCheck.FROZEN, plan.name(), run, bound));
      return;
    }
    results.add(
        new QualityResult.Failed(
            QualityCheck.FROZEN,
            plan.name(),
            run,
            bound,
            (double) run / bound,
            "found one value in %s rows in a row, expected fewer than %s"
                .formatted(Figures.of(run), Figures.of(bound)),
            "look for a source that repeats its last value, or for a default in its place"));
  }

  private void fresh(ColumnPlan plan, ColumnCounts counts) {
    rule(
        QualityCheck.FRESHNESS,
        plan.name(),
        counts.old,
        counts.times,
        plan.rules().tolerance(),
        () ->
            "found times older than %s (the latest is %s)"
                .formatted(
                    Spans.text(Objects.requireNonNull(plan.rules().maximumAge())),
                    counts.latestTime()),
        "look for a source that is late or stopped");
  }

  private void ordered(ColumnPlan plan, ColumnCounts counts) {
    rule(
        QualityCheck.ORDER,
        plan.name(),
        counts.late,
        counts.times,
        plan.rules().tolerance(),
        () ->
            "found times more than %s before an earlier row's"
                .formatted(Spans.text(Objects.requireNonNull(plan.rules().order()))),
        "look for a replayed or unsorted source");
  }
}

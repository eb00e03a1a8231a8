package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.distribution.Normal;
import io.mlops4j.monitor.internal.BackgroundThread;
import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the checks that need values: rounding, units, swapped columns, and repeated rows. */
final class SampleJudge {
  private static final int FEWEST_ROWS = 50;
  private static final double FEWEST_DUPLICATES = 0.05;
  private static final double SMALLEST_SHARE = 1e-3;

  private final QualitySuite suite;
  private final QualityPolicy policy;
  private final double level;
  private final QualityWindow window;
  private final RowSample sample;
  private final List<QualityResult> results = new ArrayList<>();

  SampleJudge(QualitySuite suite, QualityWindow window, double level) {
    this.level = level;
    this.suite = suite;
    this.policy = suite.policy();
    this.window = window;
    this.sample = window.sample();
  }

  List<QualityResult> results() {
    List<Integer> suspicious = new ArrayList<>();
    for (int i = 0; i < suite.columns().size(); i++) {
      BackgroundThread.giveWay();
      ColumnPlan plan = suite.columns().get(i);
      if (plan.reference() instanceof NumberProfile) {
        resolution(i, plan);
      }
      Marginal marginal = suite.marginal(i);
      if (marginal != null && isSuspicious(i, marginal)) {
        suspicious.add(i);
        if (marginal instanceof Marginal.Numbers numbers) {
          unit(i, plan, numbers);
        }
      } else if (plan.reference() instanceof NumberProfile numbers && !numbers.exact()) {
        passed(QualityCheck.UNIT, plan.name(), 1, Units.BOUND);
      }
    }
    if (!policy.isOff(QualityCheck.SWAPPED)) {
      swapped(suspicious);
    }
    if (!policy.isOff(QualityCheck.DUPLICATES)) {
      duplicates();
    }
    return results;
  }

  private void passed(QualityCheck check, String column, double measured, double bound) {
    if (policy.makes(check, column)) {
      results.add(new QualityResult.Passed(check, column, measured, bound));
    }
  }

  private boolean isSuspicious(int i, Marginal marginal) {
    int count = Math.min(Marginal.VALUES, sample.size());
    return count >= FEWEST_ROWS && marginal.isSuspicious(sample.cells(i, count), count);
  }

  private void resolution(int i, ColumnPlan plan) {
    Resolution grids = suite.resolution(i);
    if (!policy.makes(QualityCheck.RESOLUTION, plan.name()) || grids == null) {
      return;
    }
    double factor = suite.reference().boundFactor(plan.name(), QualityCheck.RESOLUTION);
    Optional<Resolution.Found> found =
        grids.measure(sample.numbers(i, Resolution.VALUES), factor, level);
    if (found.isEmpty()) {
      results.add(
          new QualityResult.NotChecked(
              QualityCheck.RESOLUTION, plan.name(), "too few numbers; wait for more rows"));
      return;
    }
    Excess excess = found.get().excess();
    if (!excess.failed()) {
      passed(QualityCheck.RESOLUTION, plan.name(), excess.share(), excess.bound());
      return;
    }
    results.add(
        new QualityResult.Failed(
            QualityCheck.RESOLUTION,
            plan.name(),
            excess.share(),
            excess.bound(),
            excess.relative(),
            "found %s in %s of the sampled numbers, expected %s as in the reference, bound %s"
                .formatted(
                    found.get().grid(),
                    Figures.share(excess.share()),
                    Figures.share(excess.expected()),
                    Figures.share(excess.bound())),
            "look for rounding, or a narrower type, before the model"));
  }

  private void unit(int i, ColumnPlan plan, Marginal.Numbers numbers) {
    if (!policy.makes(QualityCheck.UNIT, plan.name())
        || !(plan.reference() instanceof NumberProfile profile)
        || profile.exact()) {
      return;
    }
    double boundFactor = suite.reference().boundFactor(plan.name(), QualityCheck.UNIT);
    double bound = Math.pow(Units.BOUND, boundFactor);
    Optional<Units.Ratio> ratio =
        Units.measure(sample.numbers(i, sample.size()), numbers.quantiles);
    boolean failed =
        ratio.isPresent() && ratio.get().size() >= bound && !ratio.get().words(bound).isEmpty();
    if (!failed) {
      passed(
          QualityCheck.UNIT, plan.name(), ratio.map(Units.Ratio::factor).orElse(Double.NaN), bound);
      return;
    }
    results.add(
        new QualityResult.Failed(
            QualityCheck.UNIT,
            plan.name(),
            ratio.get().factor(),
            bound,
            ratio.get().relative() / boundFactor,
            "found all quantiles at %s times those of the reference (%s), bound %s"
                .formatted(
                    Figures.of(ratio.get().factor()), ratio.get().words(bound), Figures.of(bound)),
            "convert the column to the unit of the reference"));
  }

  private void swapped(List<Integer> suspicious) {
    int made = results.size();
    for (SwapTable table : suite.swapTables()) {
      int a = suite.indexOf(table.a());
      int b = suite.indexOf(table.b());
      int c = table.context() == null ? a : suite.indexOf(table.context());
      if (a >= 0 && b >= 0 && c >= 0) {
        judge(table, a, b, c);
      }
    }
    for (int x = 0; x < suspicious.size(); x++) {
      for (int y = x + 1; y < suspicious.size(); y++) {
        int a = suspicious.get(x);
        int b = suspicious.get(y);
        SwapTable table = marginalTable(a, b);
        if (table != null && suite.swapTables().stream().noneMatch(table::equals)) {
          judge(table, a, b, a);
        }
      }
    }
    if (results.size() == made) {
      passed(QualityCheck.SWAPPED, "rows", Double.NaN, 0);
    }
  }

  /** Tells columns apart by their own distributions; mean and deviation by those alone. */
  private @Nullable SwapTable marginalTable(int a, int b) {
    ColumnProfile one = suite.columns().get(a).reference();
    ColumnProfile other = suite.columns().get(b).reference();
    Marginal first = suite.marginal(a);
    Marginal second = suite.marginal(b);
    if (one == null
        || other == null
        || first == null
        || second == null
        || !SwapLearner.alike(one, other)) {
      return null;
    }
    Coding codes = first.codes(second);
    double[] sharesA = first.shares(codes);
    double[] sharesB = second.shares(codes);
    double[] ratios = new double[codes.size()];
    double mean = 0;
    double meanA = 0;
    double squares = 0;
    double[] byValue = new double[ratios.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] =
          Math.log(Math.max(SMALLEST_SHARE, sharesA[i]))
              - Math.log(Math.max(SMALLEST_SHARE, sharesB[i]));
      byValue[i] = (sharesA[i] - sharesB[i]) * ratios[i];
      mean += byValue[i];
      meanA += sharesA[i] * ratios[i];
      squares += (sharesA[i] + sharesB[i]) * ratios[i] * ratios[i];
    }
    double deviation = Math.sqrt(squares);
    SwapTable table =
        new SwapTable(one.name(), other.name(), null, codes, null, ratios, mean, meanA, deviation);
    return mean > 0 && table.rowsNeeded() <= SwapLearner.FEW && SwapTable.hasShape(byValue)
        ? table
        : null;
  }

  /**
   * Each column has gone to the distribution of the other one, and rows of the reference would fail
   * by chance with less than the level.
   */
  private void judge(SwapTable table, int a, int b, int c) {
    String columns = table.a() + " and " + table.b();
    boolean off =
        !policy.makes(QualityCheck.SWAPPED, table.a())
            || !policy.makes(QualityCheck.SWAPPED, table.b());
    if (off) {
      return;
    }
    int step = Math.max(1, sample.size() / Math.max(2 * FEWEST_ROWS, table.rowsNeeded()));
    Shift shiftA = new Shift(table.meanA(), table.mean());
    Shift shiftB = new Shift(table.mean() - table.meanA(), table.mean());
    for (int row = 0; row < sample.size(); row += step) {
      long cellA = sample.cell(a, row);
      long cellB = sample.cell(b, row);
      if (!Cells.isMissing(cellA) && !Cells.isMissing(cellB)) {
        shiftA.add(table.ratio(cellA, sample.cell(c, row)));
        shiftB.add(-table.ratio(cellB, sample.cell(c, row)));
      }
    }
    int found = shiftA.rows();
    if (found < FEWEST_ROWS) {
      results.add(
          new QualityResult.NotChecked(
              QualityCheck.SWAPPED, columns, "too few values; wait for more rows"));
      return;
    }
    double mean = shiftA.mean() + shiftB.mean();
    double z = (table.mean() - mean) / (table.deviation() / Math.sqrt(found));
    boolean significant = z > Normal.upperQuantile(level);
    if (!(significant && shiftA.isExchange() && shiftB.isExchange())) {
      passed(QualityCheck.SWAPPED, columns, mean, 0);
      return;
    }
    results.add(
        new QualityResult.Failed(
            QualityCheck.SWAPPED,
            columns,
            mean,
            0,
            1 - mean / table.mean(),
            "found rows that fit the reference better with both columns exchanged: mean"
                + " log-likelihood ratio %s%s, in the reference %s, bound 0"
                    .formatted(
                        Figures.of(mean),
                        table.context() == null ? "" : " given " + table.context(),
                        Figures.of(table.mean())),
            "look for exchanged names or positions of the columns before the model"));
  }

  private void duplicates() {
    QualityReference.Learned learned = suite.reference().learned();
    double stated = policy.mostDuplicates();
    Repeats repeats = window.repeats();
    if (learned == null && Double.isNaN(stated)) {
      results.add(
          new QualityResult.NotChecked(
              QualityCheck.DUPLICATES,
              "rows",
              "a profile does not know how often rows repeat; build the reference with"
                  + " QualityReference.builder(...), or set withMostDuplicates"));
      return;
    }
    if (repeats.rows() < FEWEST_ROWS) {
      results.add(
          new QualityResult.NotChecked(
              QualityCheck.DUPLICATES,
              "rows",
              window.rows() < FEWEST_ROWS
                  ? "too few rows; wait for more"
                  : "the rows lack one of " + suite.identity().columns()));
      return;
    }
    double expected =
        learned == null || !Double.isNaN(stated) ? stated : learned.repeatedShare(window.rows());
    double margin =
        Double.isNaN(stated)
            ? Math.max(FEWEST_DUPLICATES, 0.1 * Math.min(1, Math.sqrt(10 * expected)))
            : 0.01;
    Excess excess =
        Excess.withMargin(
            repeats.repeated(),
            repeats.rows(),
            expected,
            learned == null ? Long.MAX_VALUE : Math.max(1, learned.lagRows()),
            margin,
            level);
    double error = Normal.upperQuantile(level) * repeats.error();
    boolean failed =
        Double.isNaN(stated)
            ? excess.failed() && excess.share() > expected + error
            : excess.share() > stated;
    if (!failed) {
      passed(
          QualityCheck.DUPLICATES,
          "rows",
          excess.share(),
          Double.isNaN(stated) ? excess.bound() : stated);
      return;
    }
    results.add(
        new QualityResult.Failed(
            QualityCheck.DUPLICATES,
            "rows",
            excess.share(),
            Double.isNaN(stated) ? excess.bound() : stated,
            Double.isNaN(stated) ? excess.relative() : 1 + excess.relative(),
            "found %s of the rows repeated within the window, expected %s, bound %s"
                .formatted(
                    Figures.share(excess.share()),
                    Figures.share(expected),
                    Figures.share(Double.isNaN(stated) ? excess.bound() : stated)),
            "look for a source that sends rows twice, or a call that is retried"));
  }
}

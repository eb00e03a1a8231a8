package io.mlops4j.monitor.stream;

import io.mlops4j.error.DataException;
import java.util.Objects;

/**
 * A conformal test martingale, a detector of values that rank higher or lower than those of a
 * reference. It assumes no distribution, only that rows of the reference and of the stream are
 * exchangeable while nothing changes.
 *
 * <p><b>Rule.</b> The p-value of a row is its smoothed rank among the reference, all earlier rows
 * since the last change, and itself: {@code p = (above + u equal) / all}, with u uniform. Rows
 * between two neighbours of the reference, or in one bin, count as equal. The p-values of an
 * unchanged stream are independent and uniform. The simple jumper bets against that:
 *
 * <pre>
 * C(e) = ((1 - J) C(e) + J C / 3) (1 + e (p - 1/2)),  e in {-1, 0, 1},  C = sum of C(e), first 1
 * </pre>
 *
 * <p><b>False alarms.</b> There are two promises to choose from:
 *
 * <ul>
 *   <li>{@link Settings#withFalseAlarmProbability}, the default with 0.01: a change is reported
 *       when {@code C >= 1 / alpha}. At most this share of all runs from one start ever raises a
 *       false alarm (Ville's inequality). C shrinks while nothing changes, so a change after very
 *       many rows is found late or never.
 *   <li>{@link Settings#withAverageRunLength}: a change is reported when {@code R >= A}, where
 *       {@code R = (R + 1) C / (C before this row)}, first 0 (Shiryaev-Roberts). At least A rows
 *       pass before a false alarm on average. This suits a monitor that never stops.
 * </ul>
 *
 * <p>Both hold at every row and for every size of the reference. They hold exactly if the reference
 * is given as values, or if the bins were chosen without the reference. Quantile bins of the
 * reference itself change the probabilities by the order of bins divided by rows. It warns when C,
 * or R, reaches the square root of its bound.
 *
 * <p><b>Power.</b> Rows are added to the counts, so a change that remains unreported becomes part
 * of the past. Shifts of a quarter of a deviation are found within some hundred rows if a run
 * length is promised; a shift of a tenth takes thousands. Pair it with windowed measures, or use
 * {@link EDetector}. A change that leaves the mean rank as it is, such as one of scale, is not
 * found: feed distances from the median as well.
 *
 * <p><b>Source.</b> Vovk, Petej, Nouretdinov, Ahlberg, Carlsson and Gammerman, "Retrain or not
 * retrain: conformal test martingales for change-point detection", 2021.
 *
 * <p><b>Memory.</b> Fixed at the start: 32 bytes for each bin, or 40 for each value of the
 * reference. A row takes O(log bins) time.
 *
 * <p><b>Special values.</b> NaN is skipped. Infinite values are ordinary largest and smallest
 * values. Equal values share their ranks at random, so a constant stream equal to its reference
 * never changes. The random numbers come from a seed; equal seeds give equal signals.
 *
 * <p>Not thread safe.
 */
public final class ConformalMartingale extends AbstractDetector {
  private static final double SCALE = 0x1p256;
  private static final long LABELS = 0x5851f42d4c957f2dL; // makes a second sequence of a seed

  private final Settings settings;
  private final RankCounts ranks;
  private final SimpleJumper jumper;
  private double capital = 1; // C times SCALE to the power of scaled
  private long scaled;
  private double runs; // R, if the promise is about run length
  private final UniformNumbers random;

  private ConformalMartingale(Settings settings, RankCounts ranks) {
    this.settings = settings;
    this.ranks = ranks;
    this.jumper = new SimpleJumper(settings.jump);
    this.random = new UniformNumbers(settings.seed);
  }

  /** {@return a false alarm probability of 0.01 per start, J = 0.01, seed 1} */
  public static Settings withDefaults() {
    return Settings.DEFAULTS;
  }

  @Override
  boolean isUsable(double value) {
    return !Double.isNaN(value);
  }

  @Override
  Signal next(double value) {
    double factor = jumper.bet(ranks.rank(value, random));
    if (settings.countsRuns) {
      runs = (runs + 1) * factor;
      return signal(runs >= settings.bound, runs * runs >= settings.bound);
    }
    multiply(factor);
    boolean large = scaled == 0;
    return signal(large && capital >= settings.bound, large && capital * capital >= settings.bound);
  }

  /** Keeps the capital away from zero, where it would lose digits and stay for ever. */
  private void multiply(double factor) {
    capital *= factor;
    if (capital < 1 / SCALE) {
      capital *= SCALE;
      scaled++;
    } else if (scaled > 0 && capital >= 1) {
      capital /= SCALE;
      scaled--;
    }
  }

  private static Signal signal(boolean change, boolean warning) {
    return change ? Signal.CHANGE : warning ? Signal.WARNING : Signal.STABLE;
  }

  @Override
  void startAnew() {
    forget();
  }

  @Override
  void clear() {
    forget();
    random.restart(settings.seed);
  }

  private void forget() {
    ranks.clear();
    jumper.clear();
    capital = 1;
    scaled = 0;
    runs = 0;
  }

  /**
   * {@return C, first 1, or R, first 0, whichever the promise uses; a C below the smallest double
   * is 0}
   */
  @Override
  public double evidence() {
    return settings.countsRuns ? runs : capital * Math.pow(SCALE, (double) -scaled);
  }

  /** {@return 1 / alpha, or the average run length} */
  @Override
  public double bound() {
    return settings.bound;
  }

  /** {@return a snapshot as described there; it holds the reference} */
  @Override
  public byte[] toBytes() {
    SnapshotWriter out = new SnapshotWriter(SnapshotKind.CONFORMAL_MARTINGALE);
    out.put((byte) (settings.countsRuns ? 1 : 0)).put(settings.bound);
    out.put(settings.jump).put(settings.seed);
    ranks.write(out);
    writeCounts(out);
    jumper.write(out.put(capital).put(scaled).put(runs).put(random.state()));
    return out.finish();
  }

  /**
   * Restores a detector.
   *
   * @param bytes the result of {@link #toBytes}
   * @return a detector in the same state
   * @throws DataException if the bytes are damaged, or no snapshot of this class
   */
  public static ConformalMartingale fromBytes(byte[] bytes) {
    return SnapshotReader.read(bytes, SnapshotKind.CONFORMAL_MARTINGALE, ConformalMartingale::read);
  }

  private static ConformalMartingale read(SnapshotReader in) {
    boolean countsRuns = in.flag();
    double bound = Check.atLeast("bound", in.finite(), 1);
    Settings settings =
        new Settings(countsRuns, bound, 0, 0).withJumpRate(in.finite()).withSeed(in.integer64());
    ConformalMartingale detector =
        new ConformalMartingale(settings, RankCounts.read(in, settings.seed ^ LABELS));
    detector.readCounts(in);
    detector.capital = in.positive();
    detector.scaled = in.count();
    SnapshotReader.check(
        detector.capital > 0 && detector.capital < Double.POSITIVE_INFINITY,
        "its capital is " + detector.capital);
    detector.runs = in.positive();
    detector.random.restart(in.integer64());
    detector.jumper.read(in);
    detector.checkRows(detector.ranks.added());
    return detector;
  }

  /** The settings of a {@link ConformalMartingale}. Immutable and thread safe. */
  public static final class Settings {
    private static final Settings DEFAULTS = new Settings(false, 100, 0.01, 1);

    private final boolean countsRuns;
    private final double bound;
    private final double jump;
    private final long seed;

    private Settings(boolean countsRuns, double bound, double jump, long seed) {
      this.countsRuns = countsRuns;
      this.bound = bound;
      this.jump = jump;
      this.seed = seed;
    }

    /**
     * Returns the same settings with a promise for a whole run.
     *
     * @param alpha the largest share of runs from one start that ever raise a false alarm, between
     *     0 and 1, exclusive
     * @return a changed copy
     */
    public Settings withFalseAlarmProbability(double alpha) {
      double inverse = 1 / Check.between("alpha", alpha, 1e-300, 1);
      return new Settings(false, inverse, jump, seed);
    }

    /**
     * Returns the same settings with a promise for a stream that never ends.
     *
     * @param rows the least number of rows before a false alarm, on average, above 1
     * @return a changed copy
     */
    public Settings withAverageRunLength(double rows) {
      return new Settings(true, Check.between("rows", rows, 1, 1e300), jump, seed);
    }

    /**
     * Returns the same settings with another rate of jumps between bets.
     *
     * @param rate J, between 0 and 1, exclusive
     * @return a changed copy
     */
    public Settings withJumpRate(double rate) {
      return new Settings(countsRuns, bound, Check.between("rate", rate, 0, 1), seed);
    }

    /**
     * Returns the same settings with another seed of the ranks of equal values.
     *
     * @param newSeed any number
     * @return a changed copy
     */
    public Settings withSeed(long newSeed) {
      return new Settings(countsRuns, bound, jump, newSeed);
    }

    /**
     * Starts a detector against a reference of values. Their number determines its memory; prefer
     * bins for more than some ten thousand.
     *
     * @param reference values in any order, at least one that is not NaN; copied
     * @return a new detector
     * @throws IllegalArgumentException if the reference has no value
     */
    public ConformalMartingale against(double[] reference) {
      return new ConformalMartingale(
          this, RankCounts.ofValues(Objects.requireNonNull(reference, "reference"), seed ^ LABELS));
    }

    /**
     * Starts a detector against a reference that was counted in bins, such as those of a {@link
     * io.mlops4j.monitor.profile.NumberProfile}. Values in one bin count as equal.
     *
     * @param edges the inner edges of the bins, finite, ascending; bin k holds values above edge k
     *     - 1 up to and including edge k; copied
     * @param counts the rows of the reference in each bin, one more than there are edges; copied
     * @return a new detector
     * @throws IllegalArgumentException if edges or counts are not as described, or all counts are 0
     */
    public ConformalMartingale against(double[] edges, long[] counts) {
      return new ConformalMartingale(
          this,
          RankCounts.ofBins(
              Objects.requireNonNull(edges, "edges"), Objects.requireNonNull(counts, "counts")));
    }
  }
}

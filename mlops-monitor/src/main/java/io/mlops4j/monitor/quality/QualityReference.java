package io.mlops4j.monitor.quality;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What good rows taught: their profile and, if the rows themselves were given, also the longest run
 * of each column, its shares of null and of NaN, how often rows repeat, and how to tell columns
 * with the same distribution apart by the other columns. Immutable and thread safe.
 */
public final class QualityReference {
  private static final BinaryFrame FORM =
      new BinaryFrame("reference of data quality", 0x4d4c5152, 3, 3); // MLQR

  private final Profile profile;
  private final @Nullable Learned learned;
  private final SortedMap<String, SortedMap<QualityCheck, Double>> factors;

  QualityReference(Profile profile, @Nullable Learned learned) {
    this(profile, learned, Collections.emptySortedMap());
  }

  private QualityReference(
      Profile profile,
      @Nullable Learned learned,
      SortedMap<String, SortedMap<QualityCheck, Double>> factors) {
    this.profile = profile;
    this.learned = learned;
    this.factors = factors;
  }

  /**
   * Returns a reference from a profile alone. Repeated rows are not checked then, frozen columns
   * only if they have many distinct numbers, and swapped columns only if their distributions
   * differ.
   *
   * @param profile the profile of good rows
   * @return a reference
   */
  public static QualityReference of(Profile profile) {
    return new QualityReference(Objects.requireNonNull(profile, "profile"), null);
  }

  /**
   * Starts a reference that learns from rows.
   *
   * @param profile a builder without rows, which chooses the columns; the new builder adds rows to
   *     it
   * @return a builder
   */
  public static Builder builder(Profile.Builder profile) {
    return new Builder(Objects.requireNonNull(profile, "profile"), profile::build);
  }

  /**
   * Starts a reference that learns from rows whose profile is counted elsewhere, for example day by
   * day.
   *
   * @param bins a profile with the columns, whose rows do not matter
   * @return a builder, to be built with {@link Builder#build(Profile)}
   */
  public static Builder builder(Profile bins) {
    Objects.requireNonNull(bins, "bins");
    return new Builder(null, () -> bins);
  }

  /** {@return the profile of the rows} */
  public Profile profile() {
    return profile;
  }

  /**
   * Returns the same reference with bounds that healthy periods do not reach: each period is judged
   * by the sum of all others, and bounds are raised to an upper prediction limit for one further
   * period, above which at most one healthy period in a hundred is expected. Raised are the learned
   * bounds of {@link QualityCheck#MISSING}, {@link QualityCheck#NAN}, {@link QualityCheck#UNSEEN},
   * {@link QualityCheck#UNIT}, {@link QualityCheck#RESOLUTION} and, for at most 127 distinct
   * numbers, {@link QualityCheck#RANGE}.
   *
   * @param periods profiles of the days, or the weeks, of the good rows, with the bins of {@link
   *     #profile}; fewer than two raise no bound
   * @return a changed copy, without the factors of earlier periods
   * @throws IllegalArgumentException if the columns of the periods, or their bins, differ
   */
  public QualityReference withPeriods(List<Profile> periods) {
    return new QualityReference(
        profile,
        learned,
        PeriodLearner.factors(profile, List.copyOf(Objects.requireNonNull(periods, "periods"))));
  }

  /**
   * {@return by column and check the factor of the margin between the share of the reference and
   * the bound; of a ratio it is the exponent of the bound; all above 1}
   */
  public SortedMap<String, SortedMap<QualityCheck, Double>> boundFactors() {
    return factors;
  }

  double boundFactor(String column, QualityCheck check) {
    SortedMap<QualityCheck, Double> its = factors.get(column);
    return its == null ? 1 : its.getOrDefault(check, 1.0);
  }

  /** {@return whether the reference learned from rows, not from a profile alone} */
  public boolean hasRows() {
    return learned != null;
  }

  @Nullable Learned learned() {
    return learned;
  }

  /**
   * Stores the reference.
   *
   * @return the bytes, the same for the same rows in the same order and batching
   */
  public byte[] toBytes() {
    StateWriter out = new StateWriter(FORM);
    out.put(profile.toBytes()).put(learned != null);
    if (learned != null) {
      learned.write(out);
    }
    out.each(
        factors.entrySet(),
        (to, column) ->
            to.put(column.getKey())
                .each(
                    column.getValue().entrySet(),
                    (its, one) -> its.put(one.getKey()).put(one.getValue())));
    return out.toBytes();
  }

  /**
   * Reads a stored reference.
   *
   * @param bytes the result of {@link #toBytes}
   * @return an equal reference
   * @throws DataException if the bytes are damaged, truncated or of a newer version
   */
  public static QualityReference fromBytes(byte[] bytes) {
    Objects.requireNonNull(bytes, "bytes");
    return StateReader.read(
        FORM,
        bytes,
        in -> {
          Profile profile = Profile.fromBytes(in.bytes());
          Learned learned = in.flag() ? Learned.read(in) : null;
          SortedMap<String, SortedMap<QualityCheck, Double>> factors = new TreeMap<>();
          in.forEach(column -> factors.put(column.text(), factors(column)));
          return new QualityReference(profile, learned, Collections.unmodifiableSortedMap(factors));
        });
  }

  private static SortedMap<QualityCheck, Double> factors(StateReader in) {
    SortedMap<QualityCheck, Double> its = new TreeMap<>();
    in.forEach(one -> its.put(one.constant(QualityCheck.class), one.number()));
    return Collections.unmodifiableSortedMap(its);
  }

  /** {@return rows and columns} */
  @Override
  public String toString() {
    return "quality reference, " + profile;
  }

  /**
   * What rows taught about one column.
   *
   * @param longestRun the longest run of all rows
   * @param sampledRun the longest run of one row in {@link QualityPolicy#MONITOR_SAMPLING}, times
   *     that number
   */
  record LearnedColumn(long nulls, long nans, long longestRun, long sampledRun) {
    /**
     * The longest run of one row in so many. Independent rows have runs of as many sampled rows as
     * neighbours; rows that change slowly have runs of as many rows.
     */
    long longestRun(int sampling) {
      if (sampling == 1) {
        return longestRun;
      }
      long more = (sampling - 1L) / QualityPolicy.MONITOR_SAMPLING + 1;
      return Math.max(longestRun, sampledRun * more);
    }
  }

  /**
   * What rows taught.
   *
   * @param columns by name
   * @param identity the columns by which rows are equal
   * @param lags for each power of two, the rows whose last equal row was so many rows before
   * @param lagRows the rows behind {@code lags}, those without an equal row included
   * @param swaps ways to tell columns apart
   */
  record Learned(
      long rows,
      Map<String, LearnedColumn> columns,
      List<String> identity,
      List<Long> lags,
      long lagRows,
      List<SwapTable> swaps) {

    double nullShare(String column) {
      LearnedColumn one = columns.get(column);
      return one == null || rows == 0 ? 0 : (double) one.nulls() / rows;
    }

    double nanShare(String column) {
      LearnedColumn one = columns.get(column);
      return one == null || rows == 0 ? 0 : (double) one.nans() / rows;
    }

    /**
     * The expected share of rows that repeat an earlier row of a window. A row at a random place
     * does if its lag is less than its place.
     */
    double repeatedShare(long window) {
      double repeated = 0;
      for (int power = 0; power < lags.size(); power++) {
        double lag = 1.5 * (1L << power) - 0.5; // the middle of 2^power to 2^(power + 1) - 1
        repeated += lags.get(power) * Math.max(0, 1 - lag / window);
      }
      return lagRows == 0 ? 0 : repeated / lagRows;
    }

    void write(StateWriter out) {
      out.put(rows).put(columns.size());
      columns.forEach(
          (name, one) ->
              out.put(name)
                  .put(one.nulls())
                  .put(one.nans())
                  .put(one.longestRun())
                  .put(one.sampledRun()));
      out.put(identity.size());
      identity.forEach(out::put);
      out.each(lags, StateWriter::put).put(lagRows).put(swaps.size());
      swaps.forEach(swap -> swap.write(out));
    }

    static Learned read(StateReader in) {
      long rows = in.int64();
      Map<String, LearnedColumn> columns = new TreeMap<>();
      int size = in.length(40);
      for (int i = 0; i < size; i++) {
        columns.put(in.text(), new LearnedColumn(in.int64(), in.int64(), in.int64(), in.int64()));
      }
      List<String> identity = new ArrayList<>();
      int names = in.length(8);
      for (int i = 0; i < names; i++) {
        identity.add(in.text());
      }
      List<Long> lags = in.each(StateReader::count);
      long lagRows = in.int64();
      List<SwapTable> swaps = new ArrayList<>();
      int tables = in.length(8);
      for (int i = 0; i < tables; i++) {
        swaps.add(SwapTable.read(in));
      }
      return new Learned(rows, columns, identity, lags, lagRows, swaps);
    }
  }

  /**
   * Learns from rows, in one pass. It keeps the builder of the profile, a sample of at most 8192
   * rows, and 65 536 hashes. Add the rows in the order in which they were served. Not thread safe.
   */
  public static final class Builder {
    private final Profile.@Nullable Builder profile;
    private final Supplier<Profile> columns;
    private Set<String> keys = Set.of();
    private @Nullable ReferenceRows rows;

    /**
     * @param profile counts rows; null if they are counted elsewhere
     * @param columns a profile with the columns, once there are rows
     */
    private Builder(Profile.@Nullable Builder profile, Supplier<Profile> columns) {
      this.profile = profile;
      this.columns = columns;
    }

    /**
     * Names columns that identify a row beside the features. Rows with equal features and different
     * keys are not repeated rows then.
     *
     * @param names columns that every batch has; they need not be in the profile
     * @return this builder
     * @throws IllegalStateException if rows were added
     */
    public Builder keys(String... names) {
      Set<String> all = Set.of(Objects.requireNonNull(names, "names"));
      if (rows != null) {
        throw new IllegalStateException("rows were added: name the keys before");
      }
      keys = all;
      return this;
    }

    /**
     * Adds rows.
     *
     * @param batch only read during the call
     * @return this builder
     * @throws DataException see {@link Profile.Builder#add(FeatureBatch)}; discard the builder then
     */
    public Builder add(FeatureBatch batch) {
      Objects.requireNonNull(batch, "batch");
      if (profile != null) {
        profile.add(batch);
      }
      rows().add(batch, null);
      return this;
    }

    /**
     * Adds rows and the answers of a model.
     *
     * @param batch the features; only read during the call
     * @param answers the outputs, with the same number of rows; only read during the call
     * @return this builder
     * @throws DataException see {@link Profile.Builder#add(FeatureBatch, FeatureBatch)}; discard
     *     the builder then
     * @throws IllegalArgumentException if the numbers of rows differ
     */
    public Builder add(FeatureBatch batch, FeatureBatch answers) {
      Objects.requireNonNull(batch, "batch");
      Objects.requireNonNull(answers, "answers");
      if (profile != null) {
        profile.add(batch, answers);
      }
      rows().add(batch, answers);
      return this;
    }

    /** The first batch decides the columns. */
    private ReferenceRows rows() {
      if (rows == null) {
        rows = new ReferenceRows(columns.get(), keys);
      }
      return rows;
    }

    /**
     * Builds a reference of the rows added so far. More rows may be added later.
     *
     * @return a reference; of a profile alone if no rows were added
     * @throws IllegalStateException if the rows are counted elsewhere
     */
    public QualityReference build() {
      if (profile == null) {
        throw new IllegalStateException(
            "the rows are counted elsewhere: build with their profile, build(counted)");
      }
      return build(profile.build());
    }

    /**
     * Builds a reference of the rows added so far. More rows may be added later.
     *
     * @param counted the profile of these rows
     * @return a reference; of a profile alone if no rows were added
     * @throws IllegalArgumentException if it is the profile of more rows, or of fewer
     * @throws NullPointerException if counted is null
     */
    public QualityReference build(Profile counted) {
      Objects.requireNonNull(counted, "counted");
      long added = rows == null ? 0 : rows.count();
      if (counted.rows() != added) {
        throw new IllegalArgumentException(
            "counted: found a profile of %d rows, expected the %d rows that were added"
                .formatted(counted.rows(), added));
      }
      return new QualityReference(counted, rows == null ? null : rows.learned(counted));
    }
  }
}

package io.mlops4j.monitor.reference;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.Digest;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.quality.QualityReference;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/**
 * Healthy rows, as a monitor needs them: their profile, what they teach about data quality, how
 * live rows are to be compared with them, and how much healthy periods differ among themselves. It
 * keeps no rows.
 *
 * <p>The rows have a column of times. The reference compares its own days and weeks with each
 * other, each with the rest, and takes the finest comparison that it knows enough about:
 *
 * <ul>
 *   <li>each day with the same weekday, if there are at least two weeks and weekdays differ,
 *   <li>each day with all days, if a day has at least 500 rows,
 *   <li>each week with all weeks, if there are at least three.
 * </ul>
 *
 * <p>The bounds of a column by which drift counts are raised to what healthy periods show, if these
 * differ by more than chance: at most one healthy period in a hundred is expected above. The bounds
 * of data quality are raised in the same way, see {@link QualityReference#withPeriods}. A reference
 * of less than two weeks cannot know how weekdays differ. Its bounds are twice as wide, and {@link
 * #toString} says so; a monitor narrows them to what its first 14 healthy windows show.
 *
 * <p>How much periods differ is learned from the newest days: as many as have 20 000 profiles of a
 * column, so 200 days of 100 columns, and at least eight weeks. All rows count in the profiles.
 *
 * <p>Two references cannot be merged, because they keep what their days taught, not the days. To
 * add data, learn again: add the old rows and the new ones to one {@link Builder}.
 *
 * <p>Days are those of UTC. Immutable and thread safe.
 */
public final class Reference {
  /** Two weeks have each weekday twice. */
  private static final int SEASON_DAYS = 14;

  /** A day with fewer rows differs from the next one by chance alone. */
  private static final int DAY_ROWS = 500;

  private static final int FEWEST_WEEKS = 3;

  /** The factors in {@link #toString}. */
  private static final int MOST_LISTED = 5;

  /** The factor of all bounds while it is unknown how weekdays, or any two days, differ. */
  private static final double UNKNOWN = 2;

  /** Weekdays matter if days of the same weekday differ so much less than any two days. */
  private static final double FEWER_DIFFERENCES = 0.9;

  private static final BinaryFrame FORM =
      new BinaryFrame("reference of a monitor", 0x4d4c5246, 2, 2); // MLRF

  private final String time;
  private final Scheme scheme;
  private final QualityReference quality;
  private final @Nullable SlicedProfile slices;
  private final SortedMap<String, Double> factors;
  private final int days;
  private final long windowRows;

  private Reference(
      String time,
      Scheme scheme,
      QualityReference quality,
      @Nullable SlicedProfile slices,
      SortedMap<String, Double> factors,
      int days,
      long windowRows) {
    this.time = time;
    this.scheme = scheme;
    this.quality = quality;
    this.slices = slices;
    this.factors = factors;
    this.days = days;
    this.windowRows = windowRows;
  }

  /**
   * Learns from healthy rows, in one pass.
   *
   * @param rows batches with the same columns, for example a reader; they stay the caller's
   * @param time the column of timestamps or dates by which days are told apart
   * @param features the columns to watch; none for all columns but the time. Leave out keys and
   *     labels, which live calls lack
   * @return a reference
   * @throws DataException if there are no rows, the batches differ in their columns, the time is
   *     missing or of another type, or rows cannot be read
   */
  public static Reference of(Iterable<FeatureBatch> rows, String time, String... features) {
    Objects.requireNonNull(rows, "rows");
    try (Builder builder = builder(time)) {
      if (features.length > 0) {
        builder.columns(features);
      }
      rows.forEach(builder::add);
      return builder.build();
    }
  }

  /**
   * Learns from healthy rows, in one pass. The time is their only column of timestamps or dates,
   * and all other columns are watched.
   *
   * @param rows batches with the same columns, for example a reader; they stay the caller's
   * @return a reference
   * @throws DataException if there are no rows, no or several columns of timestamps or dates, the
   *     batches differ in their columns, or rows cannot be read
   */
  public static Reference of(Iterable<FeatureBatch> rows) {
    Objects.requireNonNull(rows, "rows");
    try (Builder builder = builder()) {
      rows.forEach(builder::add);
      return builder.build();
    }
  }

  /**
   * Starts a reference whose columns are chosen, or that has the answers of a model.
   *
   * @param time the column of timestamps or dates by which days are told apart
   * @return a builder; the caller closes it
   */
  public static Builder builder(String time) {
    return new Builder(Objects.requireNonNull(time, "time"), Builder.MOST_KEPT);
  }

  /**
   * Starts a reference by the only column of timestamps or dates that is neither {@linkplain
   * Builder#except ignored} nor a {@linkplain Builder#keys key}. If the first rows have none or
   * several, adding them throws a {@link DataException} that lists them.
   *
   * @return a builder; the caller closes it
   */
  public static Builder builder() {
    return new Builder(null, Builder.MOST_KEPT);
  }

  /** {@return the column of timestamps or dates by which days were told apart} */
  public String time() {
    return time;
  }

  /** {@return the profile of all rows, without the column of times} */
  public Profile profile() {
    return quality.profile();
  }

  /**
   * {@return the rows that windows are compared with slice by slice; empty for {@link #profile}}
   */
  public Optional<SlicedProfile> slices() {
    return Optional.ofNullable(slices);
  }

  /** {@return what the rows teach about data quality} */
  public QualityReference quality() {
    return quality;
  }

  /** {@return the length of the windows that are compared with this reference} */
  public Duration window() {
    return scheme.window();
  }

  /** {@return the rows of a window, on average; not of those that were not seen as a whole} */
  public long windowRows() {
    return windowRows;
  }

  /**
   * {@return the columns whose bounds are raised, because their healthy periods differ, with the
   * factor of each}
   */
  public SortedMap<String, Double> boundFactors() {
    return factors;
  }

  /**
   * {@return whether it has fewer than two weeks, so that its bounds are wide until a monitor has
   * seen 14 healthy windows}
   */
  public boolean isShort() {
    return days < SEASON_DAYS;
  }

  /**
   * Returns a policy with the bounds that healthy periods need.
   *
   * @param policy the rules; columns with settings of their own keep them
   * @return a changed copy
   */
  public DriftPolicy policy(DriftPolicy policy) {
    return Objects.requireNonNull(policy, "policy").withBoundFactors(factors);
  }

  /**
   * Stores the reference.
   *
   * @return the bytes, the same for the same rows in the same order and batching
   */
  public byte[] toBytes() {
    return new StateWriter(FORM)
        .put(time)
        .put(scheme)
        .put(quality.toBytes())
        .optional(slices, (out, its) -> out.put(its.toBytes()))
        .put(days)
        .put(windowRows)
        .each(factors.entrySet(), (out, one) -> out.put(one.getKey()).put(one.getValue()))
        .toBytes();
  }

  /**
   * Reads a stored reference.
   *
   * @param bytes the result of {@link #toBytes}
   * @return an equal reference
   * @throws DataException if the bytes are damaged, truncated or of a newer version
   */
  public static Reference fromBytes(byte[] bytes) {
    return StateReader.read(
        FORM,
        Objects.requireNonNull(bytes, "bytes"),
        in -> {
          String time = in.text();
          Scheme scheme = in.constant(Scheme.class);
          QualityReference quality = QualityReference.fromBytes(in.bytes());
          SlicedProfile slices =
              in.optional(one -> SlicedProfile.fromBytes(one.bytes(), weekdays(time)));
          int days = in.int32();
          long windowRows = in.count();
          SortedMap<String, Double> factors = new TreeMap<>();
          in.forEach(one -> factors.put(one.text(), one.number()));
          return new Reference(
              time,
              scheme,
              quality,
              slices,
              Collections.unmodifiableSortedMap(factors),
              days,
              windowRows);
        });
  }

  /** {@return the digest of {@link #toBytes}, for a card or a signature} */
  public Digest digest() {
    return Digest.sha256(toBytes());
  }

  private static Slices weekdays(String time) {
    return Slices.byTime(time, ZoneOffset.UTC, Scheme::weekday);
  }

  /** {@return the rows, what is compared with what, and the bounds that were raised most} */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s rows of %s; compares each %s"
            .formatted(
                Figures.of(profile().rows()),
                days == 1 ? "1 day" : Figures.of(days) + " days",
                scheme));
    if (isShort()) {
      text.append(
          "; %s too few to know how weekdays differ, so bounds are wider until a monitor has seen %d healthy windows: give at least %d days"
              .formatted(days == 1 ? "1 day is" : days + " days are", SEASON_DAYS, SEASON_DAYS));
    }
    boolean few = windowRows() < DriftPolicy.DEFAULT_MINIMUM_ROWS;
    if (few) {
      text.append(
          "; a window has about %s, too few for a verdict, so choose one of at least %d"
              .formatted(
                  windowRows() == 1 ? "1 row" : Figures.of(windowRows()) + " rows",
                  DriftPolicy.DEFAULT_MINIMUM_ROWS));
    }
    listed(
        text,
        few || isShort()
            ? "; bounds raised: "
            : "; bounds raised, because healthy periods differ: ",
        factors);
    SortedMap<String, Double> checks = new TreeMap<>();
    quality
        .boundFactors()
        .forEach(
            (column, its) ->
                its.forEach(
                    (check, factor) -> checks.put(check.words() + " of " + column, factor)));
    listed(text, "; bounds of data quality raised: ", checks);
    return text.toString();
  }

  /** Appends the largest factors. */
  private static void listed(StringBuilder text, String words, Map<String, Double> factors) {
    if (!factors.isEmpty()) {
      text.append(words);
      text.append(
          factors.entrySet().stream()
              .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
              .limit(MOST_LISTED)
              .map(one -> "%s x %s".formatted(one.getKey(), Figures.of(one.getValue())))
              .collect(Collectors.joining(", ")));
      if (factors.size() > MOST_LISTED) {
        text.append(" and %d more".formatted(factors.size() - MOST_LISTED));
      }
    }
  }

  /**
   * Learns from rows, in one pass. Rows may come in any order. The first rows, up to 64 MiB, are
   * kept in native memory until they have chosen the bins of the profile. Close it. Not thread
   * safe.
   */
  public static final class Builder implements AutoCloseable {
    private static final long MOST_KEPT = 64L << 20;

    private final long mostKept;
    private final Profile.Builder choosing = Profile.builder();
    private final List<Kept> kept = new ArrayList<>();
    private final @Nullable String named;
    private List<String> except = List.of();
    private String[] keys = {};
    private long keptBytes;

    /** Null until there are rows. */
    private @Nullable String time;

    private @Nullable Counting counting;
    private boolean closed;

    /**
     * @param named the column of times; null for the only one of the first rows
     * @param mostKept the bytes of rows that are kept before they choose the bins
     */
    Builder(@Nullable String named, long mostKept) {
      this.named = named;
      this.mostKept = mostKept;
    }

    /** A batch that is kept, and the answers to it. */
    private record Kept(FeatureBatch batch, @Nullable FeatureBatch answers) {
      void close() {
        batch.close();
        if (answers != null) {
          answers.close();
        }
      }
    }

    /** What counts rows once the bins are known. */
    private record Counting(DayCounter days, QualityReference.Builder quality) {
      void add(FeatureBatch batch, @Nullable FeatureBatch answers) {
        days.add(batch, answers);
        if (answers == null) {
          quality.add(batch);
        } else {
          quality.add(batch, answers);
        }
      }
    }

    /**
     * Names the features; others are ignored. Without this call every column but the time is a
     * feature.
     *
     * @param names as for {@link Profile.Builder#columns}
     * @return this builder
     * @throws IllegalStateException if rows were added
     */
    public Builder columns(String... names) {
      choosing.columns(names);
      return this;
    }

    /**
     * Names columns to ignore, such as labels.
     *
     * @param names as for {@link Profile.Builder#except}
     * @return this builder
     * @throws IllegalStateException if rows were added
     */
    public Builder except(String... names) {
      checkNew();
      except = List.of(Objects.requireNonNull(names, "names"));
      return this;
    }

    /**
     * Names numeric columns whose numbers are names.
     *
     * @param names as for {@link Profile.Builder#categories}
     * @return this builder
     * @throws IllegalStateException if rows were added
     */
    public Builder categories(String... names) {
      choosing.categories(names);
      return this;
    }

    /**
     * Names columns that identify a row. They are no features, and rows with equal features and
     * different keys are not repeated rows.
     *
     * @param names columns that every batch has
     * @return this builder
     * @throws IllegalStateException if rows were added
     */
    public Builder keys(String... names) {
      checkNew();
      keys = Objects.requireNonNull(names, "names").clone();
      return this;
    }

    private void checkNew() {
      if (time != null) {
        throw new IllegalStateException("rows were added: choose the columns before");
      }
    }

    /**
     * Adds rows.
     *
     * @param batch only read during the call; it stays the caller's
     * @return this builder
     * @throws DataException if a column is missing or of another kind; discard the builder then
     */
    public Builder add(FeatureBatch batch) {
      return addRows(batch, null);
    }

    /**
     * Adds rows and the answers of a model.
     *
     * @param batch the features and the time; only read during the call
     * @param answers the outputs, with the same number of rows; only read during the call
     * @return this builder
     * @throws DataException if a column is missing or of another kind; discard the builder then
     * @throws IllegalArgumentException if the numbers of rows differ
     */
    public Builder add(FeatureBatch batch, FeatureBatch answers) {
      Objects.requireNonNull(batch, "batch");
      Objects.requireNonNull(answers, "answers");
      if (answers.rows() != batch.rows()) {
        throw new IllegalArgumentException(
            "answers: found %d rows, expected %d as in the features"
                .formatted(answers.rows(), batch.rows()));
      }
      return addRows(batch, answers);
    }

    private Builder addRows(FeatureBatch batch, @Nullable FeatureBatch answers) {
      Objects.requireNonNull(batch, "batch");
      checkOpen();
      if (time == null) {
        if (batch.rows() == 0 && (answers == null || answers.rows() == 0)) {
          return this; // of a text file without rows not even the types are known
        }
        time = begin(batch);
      }
      if (counting != null) {
        counting.add(batch, answers);
        return this;
      }
      if (answers == null) {
        choosing.add(batch);
      } else {
        choosing.add(batch, answers);
      }
      kept.add(new Kept(batch.retain(), answers == null ? null : answers.retain()));
      keptBytes += bytes(batch) + (answers == null ? 0 : bytes(answers));
      if (keptBytes > mostKept) {
        chosen();
      }
      return this;
    }

    /** Returns the column of times, and leaves it out of the profile. */
    private String begin(FeatureBatch batch) {
      Set<String> ignored = new LinkedHashSet<>(except);
      ignored.addAll(List.of(keys));
      String times = timeOf(batch, ignored);
      for (String key : keys) {
        if (batch.root().getVector(key) == null) {
          throw new DataException(
              "reference: found no key %s among %s, expected a column of that name; correct keys(...)"
                  .formatted(key, names(batch, Set.of())),
              null);
        }
      }
      ignored.add(times);
      choosing.except(ignored.toArray(String[]::new));
      return times;
    }

    /** Returns the named column of times, or the only one. */
    private String timeOf(FeatureBatch batch, Set<String> ignored) {
      List<String> times = new ArrayList<>();
      for (FieldVector column : batch.root().getFieldVectors()) {
        if (ColumnKind.of(column, batch.dictionaries()) == ColumnKind.TIMES) {
          times.add(column.getName());
        }
      }
      if (named != null) {
        FieldVector column = batch.root().getVector(named);
        if (column == null) {
          throw noTime("no column " + named + " among " + names(batch, Set.of()), times);
        }
        if (!times.contains(named)) {
          ColumnKind kind = ColumnKind.of(column, batch.dictionaries());
          throw noTime(kind + " in column " + named, times);
        }
        return named;
      }
      List<String> candidates = times.stream().filter(name -> !ignored.contains(name)).toList();
      if (candidates.isEmpty()) {
        throw noTime("no timestamps or dates among " + names(batch, ignored), times);
      }
      if (candidates.size() > 1) {
        String all = String.join(", ", candidates);
        throw noTime(all + ", which are all timestamps or dates", candidates);
      }
      return candidates.get(0);
    }

    private static DataException noTime(String found, List<String> times) {
      return new DataException(
          "reference: found %s, expected one column of timestamps or dates; %s"
              .formatted(
                  found,
                  times.isEmpty()
                      ? "write the time of each row as a timestamp, such as 2024-01-31 12:30:00"
                      : "name %s with Reference.builder(time)"
                          .formatted(String.join(" or ", times))),
          null);
    }

    private static String names(FeatureBatch batch, Set<String> ignored) {
      return batch.root().getFieldVectors().stream()
          .map(FieldVector::getName)
          .filter(name -> !ignored.contains(name))
          .collect(Collectors.joining(", "));
    }

    private static long bytes(FeatureBatch batch) {
      return batch.root().getFieldVectors().stream().mapToLong(FieldVector::getBufferSize).sum();
    }

    /** Chooses the bins by the rows so far, and counts those. */
    private Counting chosen() {
      Counting known = counting;
      if (known == null) {
        Profile bins = choosing.counting().build();
        known =
            new Counting(
                new DayCounter(bins, Objects.requireNonNull(time)),
                QualityReference.builder(bins).keys(keys));
        counting = known;
        for (Kept one : kept) {
          known.add(one.batch(), one.answers());
        }
        free();
      }
      return known;
    }

    /**
     * Builds a reference of the rows added so far. More rows may be added later.
     *
     * @return a reference
     * @throws DataException if no rows were added, no row has a time, or no column can be compared
     * @throws IllegalStateException if the builder is closed
     */
    public Reference build() {
      checkOpen();
      String at = time;
      if (at == null) {
        throw new DataException(
            "reference: found no rows, expected healthy rows; a reader gives its rows only once, so"
                + " open a new one",
            null);
      }
      Counting all = chosen();
      if (all.days().count() == 0) {
        throw new DataException(
            "reference: found no time in column %s, expected the time of each row".formatted(at),
            null);
      }
      QualityReference quality = all.quality().build(all.days().whole());
      if (compared(quality.profile()).isEmpty()) {
        List<String> features = quality.profile().columns();
        throw new DataException(
            "reference: found no column to compare %s, expected at least one feature"
                .formatted(
                    features.isEmpty()
                        ? "beside the time, keys and ignored columns"
                        : "among " + String.join(", ", features)),
            null);
      }
      return learned(at, all.days(), quality);
    }

    private static List<String> compared(Profile profile) {
      return profile.columns().stream()
          .filter(name -> !(profile.column(name) instanceof SkippedColumn))
          .toList();
    }

    private static Reference learned(String time, DayCounter days, QualityReference quality) {
      SortedMap<LocalDate, Profile> newest = days.newest();
      HealthyPeriods byDay = new HealthyPeriods(newest, Scheme.DAYS);
      HealthyPeriods byWeek = new HealthyPeriods(newest, Scheme.WEEKS);
      Scheme scheme = Scheme.WEEKS;
      HealthyPeriods healthy = byWeek;
      if (byDay.medianRows() >= DAY_ROWS || byWeek.periods().size() < FEWEST_WEEKS) {
        HealthyPeriods weekdays = new HealthyPeriods(newest, Scheme.WEEKDAYS);
        boolean seasonal =
            byDay.periods().size() >= SEASON_DAYS
                && weekdays.mean() < FEWER_DIFFERENCES * byDay.mean();
        scheme = seasonal ? Scheme.WEEKDAYS : Scheme.DAYS;
        healthy = seasonal ? weekdays : byDay;
      }
      SortedMap<String, Double> factors = new TreeMap<>();
      boolean few = days.count() < SEASON_DAYS;
      double unknown = few ? UNKNOWN : 1;
      SortedMap<String, Double> shown = healthy.factors(few);
      for (String name : compared(quality.profile())) {
        double factor = unknown * shown.getOrDefault(name, UNKNOWN);
        if (factor > 1) {
          factors.put(name, factor);
        }
      }
      return new Reference(
          time,
          scheme,
          quality.withPeriods(healthy.periods()),
          scheme == Scheme.WEEKDAYS ? SlicedProfile.of(weekdays(time), days.weekdays()) : null,
          Collections.unmodifiableSortedMap(factors),
          days.count(),
          healthy.meanRows());
    }

    /** Frees the rows that are kept. A second call does nothing. */
    @Override
    public void close() {
      closed = true;
      free();
    }

    private void checkOpen() {
      if (closed) {
        throw new IllegalStateException(
            "reference: the builder is closed, expected an open one; build before closing it");
      }
    }

    private void free() {
      kept.forEach(Kept::close);
      kept.clear();
      keptBytes = 0;
    }
  }
}

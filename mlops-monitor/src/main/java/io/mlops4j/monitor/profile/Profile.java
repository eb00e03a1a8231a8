package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.Digest;
import io.mlops4j.monitor.profile.internal.PathColumns;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The profile of the columns of some rows: counts in bins, missing values, minimum, maximum, exact
 * mean and variance. It keeps no rows.
 *
 * <p>A <em>reference</em> ({@link #of}, {@link #builder}) chooses its bins from its own rows. Rows
 * to compare with it are counted in the same bins ({@link #profile}, {@link #counting}), which are
 * part of every profile. A column may cover fewer rows than the profile, if {@linkplain
 * Builder#addFitting some rows lacked it}. Profiles with the same bins are {@linkplain #merge
 * merged} by adding. The same rows give the same {@linkplain #toBytes bytes}, in any batching,
 * order or merging.
 *
 * <p>The Arrow type of a column decides its profile:
 *
 * <ul>
 *   <li>Integers, floats and decimals of every width are {@linkplain NumberProfile numbers}. So are
 *       times of day and durations, in the unit of their column. NaN is missing, like null. Name
 *       columns of codes in {@link Builder#categories}.
 *   <li>Text (plain, viewed or dictionary-encoded) and booleans are {@linkplain CategoryProfile
 *       categories}.
 *   <li>Text that looks like an identifier is {@linkplain SkippedColumn skipped}: it has more than
 *       65 536 distinct values, or more than 50 that are more than half of all its values. Name
 *       keys in {@link Builder#except} to be sure.
 *   <li>Timestamps and dates are {@linkplain TimeProfile times}.
 *   <li>Lists of one length of floats are {@linkplain VectorProfile vectors}, and of doubles, too,
 *       as the nearest floats. So are tensors of them, without their shape. Lists whose type does
 *       not say a length are vectors if all that are neither null nor empty have one length;
 *       otherwise the column is skipped.
 *   <li>Each field of a structure is a column of its own, named by its path, such as {@code
 *       address.city}. It is missing where the structure is null.
 *   <li>Everything else (lists of other values, maps, bytes) is skipped and listed with the reason.
 * </ul>
 *
 * <p>Immutable and thread safe.
 */
public final class Profile {
  private final long rows;
  private final Map<String, ColumnProfile> columns;

  /**
   * @param columns features by name, then outputs by name
   */
  Profile(long rows, Collection<? extends ColumnProfile> columns) {
    this.rows = rows;
    Map<String, ColumnProfile> byName = new LinkedHashMap<>();
    columns.forEach(column -> byName.put(column.name(), column));
    this.columns = byName;
  }

  /**
   * Profiles rows as a reference that chooses its own bins. Reads every batch to the end.
   *
   * @param rows batches with the same columns, which stay the caller's
   * @return a profile; one without columns if there are no batches
   * @throws DataException if the batches differ in their columns, or cannot be read
   */
  public static Profile of(Iterable<FeatureBatch> rows) {
    Objects.requireNonNull(rows, "rows");
    return builder().addAll(rows).build();
  }

  /**
   * Starts a reference that chooses its own bins. Until it is built, the builder keeps numbers (4
   * bytes for a number that a float can hold, 8 for any other) and distinct texts with their
   * counts.
   *
   * <p>The memory of a column of numbers is bounded: beyond 4 MiB (a million floats, or half a
   * million other numbers) the builder keeps a uniform sample of at least half of that. The bins,
   * and the counts in them, are then those of the sample, scaled to all rows. The standard error of
   * a share is at most 0.1 %. All other figures still cover all rows, and so do the counts of a
   * column with at most 127 distinct values. For exact counts, read the rows twice and count them
   * in these bins: {@code Profile.of(rows).profile(rowsAgain)}.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder(null);
  }

  /**
   * Starts a profile that counts in the bins of this one and keeps no rows.
   *
   * @return a builder, which ignores columns that this profile does not have
   */
  public Builder counting() {
    return new Builder(SideCounters.frozen(columns.values()));
  }

  /**
   * Counts rows in the bins of this profile.
   *
   * @param rows batches with at least the columns of this profile, which stay the caller's
   * @return a profile of those rows alone
   * @throws DataException if a column is missing or of another kind, or if the rows cannot be read
   */
  public Profile profile(Iterable<FeatureBatch> rows) {
    Objects.requireNonNull(rows, "rows");
    return counting().addAll(rows).build();
  }

  /**
   * Returns the sum of this profile and another profile with the same bins.
   *
   * @param other a profile counted in the bins of this one, this one in its bins, or both in the
   *     bins of a third
   * @return a profile of the rows of both
   * @throws IllegalArgumentException if the columns or their bins differ; the message names them
   * @throws ArithmeticException if a count leaves the range of a long
   */
  public Profile merge(Profile other) {
    Objects.requireNonNull(other, "other");
    if (!columns.keySet().equals(other.columns.keySet())) {
      throw new IllegalArgumentException(
          "other: found columns %s, expected %s".formatted(other.columns(), columns()));
    }
    List<ColumnProfile> sums =
        columns.values().stream().map(column -> plus(column, other.column(column.name()))).toList();
    return new Profile(Math.addExact(rows, other.rows), sums);
  }

  /**
   * Returns a profile of the same rows without some columns.
   *
   * @param names columns to leave out, which the profile need not have
   * @return a profile with the remaining columns and their bins
   */
  public Profile without(Collection<String> names) {
    Objects.requireNonNull(names, "names");
    return new Profile(
        rows, columns.values().stream().filter(c -> !names.contains(c.name())).toList());
  }

  /**
   * Returns a profile with the columns of this profile and of another profile of the same rows, for
   * example features and outputs that were counted separately.
   *
   * @param other a profile of the same rows with other columns
   * @return a profile of the same rows with all columns
   * @throws IllegalArgumentException if the numbers of rows differ or both have a column of one
   *     name
   */
  public Profile join(Profile other) {
    Objects.requireNonNull(other, "other");
    List<String> shared = columns().stream().filter(other.columns.keySet()::contains).toList();
    if (rows != other.rows || !shared.isEmpty()) {
      throw new IllegalArgumentException(
          "other: found %d rows and the shared columns %s, expected %d rows and no shared column"
              .formatted(other.rows, shared, rows));
    }
    return new Profile(
        rows,
        Stream.concat(columns.values().stream(), other.columns.values().stream())
            .sorted(Comparator.comparing(ColumnProfile::role).thenComparing(ColumnProfile::name))
            .toList());
  }

  private static ColumnProfile plus(ColumnProfile one, ColumnProfile other) {
    if (!one.sameBins(other)) {
      throw new IllegalArgumentException(
          "other: found column \""
              + one.name()
              + "\" with other bins, expected both counted in the bins of one reference; use"
              + " reference.profile(rows) or reference.counting()");
    }
    if (one instanceof NumberProfile numbers) {
      return numbers.plus((NumberProfile) other);
    }
    if (one instanceof CategoryProfile categories) {
      return categories.plus((CategoryProfile) other);
    }
    if (one instanceof TimeProfile times) {
      return times.plus((TimeProfile) other);
    }
    return one instanceof VectorProfile vectors ? vectors.plus((VectorProfile) other) : one;
  }

  /** {@return the number of profiled rows} */
  public long rows() {
    return rows;
  }

  /**
   * {@return the names of the columns, skipped ones included: the features in order, then the
   * outputs in order}
   */
  public List<String> columns() {
    return List.copyOf(columns.keySet());
  }

  /**
   * Returns the profile of a column.
   *
   * @param name the name of the column
   * @return its profile
   * @throws IllegalArgumentException if there is no such column; the message lists the columns
   */
  public ColumnProfile column(String name) {
    ColumnProfile column = columns.get(Objects.requireNonNull(name, "name"));
    if (column == null) {
      throw new IllegalArgumentException(
          "name: found no column \"" + name + "\", expected one of " + columns());
    }
    return column;
  }

  /**
   * Returns the binary form: {@code MLPF}, a version, the length of the payload, the columns with
   * bins and counts, and a CRC-32C; big-endian.
   *
   * <pre>
   * int32 magic "MLPF" | uint16 version 2 | int32 length | payload | int32 CRC-32C of all bytes before it
   * payload  int64 rows | int32 columns | column...   features by name, then outputs by name
   * column   text name | uint8 role (0 feature, 1 output) | uint8 kind | body
   * kind 0   numbers: uint8 exact | int32 bins | float64 inner edges... | float64 positions...
   *          | int64 counts... | int64 missing | int64 infinite | float64 min | float64 max
   *          | int64 finite values | integer sum, in 2^-1075 | integer sum of squares, in 2^-2150
   *          | distinct
   * kind 1   categories: uint8 all named | uint8 numbers | int32 named | (text name | int64 count)...
   *          | int64 rest | int64 missing | distinct, of the rest
   *          | int32 shortest | int32 longest | int64 total length, of the rest, in code points
   * kind 2   skipped: uint8 reason (0 identifier-like, 1 unsupported type) | text detail
   * kind 3   times: int64 present | int64 missing
   *          | int64 second | int32 nanosecond, of the earliest, then of the latest; 0 without any
   *          | distinct
   * kind 4   vectors: int32 dimension | int64 missing | int64 unusable
   *          | integer sum, in 2^-149, for each component | norms | projections, both like kind 0
   * distinct uint8 form: 0 unknown
   *          | 1 registers that are not 0: int32 count | (uint16 index | uint8 register)...
   *          | 2 all 2048 registers: uint8...
   * text     int32 length | UTF-8
   * integer  int32 zero bits below | int32 length | two's complement
   * </pre>
   *
   * <p>The registers are those of a HyperLogLog (Flajolet and others, 2007): the upper 11 bits of a
   * hash of 64 bits choose a register, which keeps the largest number of leading zeros among the
   * lower bits, plus 1. The hash of a float is its 32 bits mixed by lowbias32, in the upper half;
   * more than 21 zeros count as 21. The hash of another number is its 64 bits mixed by the
   * finaliser of splitmix64. That of a text is FNV-1a over its UTF-8, and that of a time is its
   * nanoseconds since 1970, modulo 2^64, both mixed in the same way.
   *
   * <p>Version 1 had no kinds 3 and 4, and ended its kinds 0 and 1 before {@code distinct}. It is
   * read like version 2 with form 0 and a rest without lengths.
   *
   * @return the bytes, the same for the same rows
   */
  public byte[] toBytes() {
    return ProfileWriter.write(rows, columns.values());
  }

  /**
   * Reads the binary form.
   *
   * @param bytes the result of {@link #toBytes}
   * @return an equal profile
   * @throws DataException if the bytes are damaged, truncated, of a newer version or not a profile
   */
  public static Profile fromBytes(byte[] bytes) {
    Objects.requireNonNull(bytes, "bytes");
    return ProfileReader.read(bytes);
  }

  /** {@return the digest of {@link #toBytes}, for a card or a signature} */
  public Digest digest() {
    return Digest.sha256(toBytes());
  }

  /**
   * Returns the profile for people and other programs, by the {@linkplain ExportRules#withDefaults
   * default rules}.
   *
   * @return JSON, see {@link #toJson(ExportRules)}
   */
  public String toJson() {
    return toJson(ExportRules.withDefaults());
  }

  /**
   * Returns the profile for people and other programs; it cannot be read back. One object:
   *
   * <pre>
   * {"rows", "digest", "smallestCount", "extremes": true|false, "columns": [
   *   {"name", "role": "feature|output", "kind": "numbers", "present", "missing", "infinite",
   *    "min", "max", "mean", "variance", "distinct", "exact", "edges": [], "counts": []},
   *   {"name", "role", "kind": "categories", "present", "missing", "distinct", "namesAll", "rest",
   *    "categories": [{"name", "count"}], "suppressed": {"categories", "count"},
   *    "lengths": {"shortest", "longest", "mean"}},
   *   {"name", "role", "kind": "times", "present", "missing", "distinct", "earliest", "latest"},
   *   {"name", "role", "kind": "vectors", "dimension", "present", "missing", "unusable",
   *    "mean": [], "norms": {as numbers, from "present"}, "projections": {likewise}},
   *   {"name", "role", "kind": "skipped", "reason", "detail"}]}
   * </pre>
   *
   * <p>Figures that do not exist, such as the mean of no values, are null. Figures that the rules
   * suppress are null, too.
   *
   * @param rules the rules for the shown values
   * @return JSON
   */
  public String toJson(ExportRules rules) {
    Objects.requireNonNull(rules, "rules");
    return ProfileJson.write(this, rules);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Profile that && rows == that.rows && columns.equals(that.columns);
  }

  @Override
  public int hashCode() {
    return Objects.hash(rows, columns);
  }

  /** {@return rows and columns} */
  @Override
  public String toString() {
    return "profile of " + rows + " rows of " + columns();
  }

  /**
   * Collects rows. A builder of {@link Profile#builder} chooses bins when it builds; a builder of
   * {@link Profile#counting} counts in frozen bins. Not thread safe: to count in several threads,
   * use one builder for each and merge.
   */
  public static final class Builder {
    private final boolean frozen;
    private ColumnSelection selection = ColumnSelection.ALL;
    private @Nullable SideCounters sides;
    private long rows;

    /**
     * @param frozen the counters in the bins of a reference; null to choose bins
     */
    private Builder(@Nullable SideCounters frozen) {
      this.frozen = frozen != null;
      this.sides = frozen;
    }

    /**
     * Names the features to profile; others are ignored. Without this call every column is a
     * feature.
     *
     * @param names the features; each batch must have them. The name of a structure stands for all
     *     its fields
     * @return this builder
     * @throws IllegalArgumentException if a name is given twice
     * @throws IllegalStateException if rows were added, or if the bins are frozen
     */
    public Builder columns(String... names) {
      Objects.requireNonNull(names, "names");
      checkOpen();
      selection = new ColumnSelection(Set.of(names), selection.except(), selection.categories());
      return this;
    }

    /**
     * Names columns to ignore among features and outputs, such as keys and labels.
     *
     * @param names columns, which a batch need not have. The name of a structure stands for all its
     *     fields
     * @return this builder
     * @throws IllegalStateException if rows were added, or if the bins are frozen
     */
    public Builder except(String... names) {
      Objects.requireNonNull(names, "names");
      checkOpen();
      selection = new ColumnSelection(selection.only(), Set.of(names), selection.categories());
      return this;
    }

    /**
     * Names numeric columns whose numbers are names, such as codes and weekdays. They are profiled
     * and compared as {@linkplain CategoryProfile categories}.
     *
     * @param names columns of features or outputs, which a batch need not have
     * @return this builder
     * @throws IllegalStateException if rows were added, or if the bins are frozen
     */
    public Builder categories(String... names) {
      Objects.requireNonNull(names, "names");
      checkOpen();
      selection = new ColumnSelection(selection.only(), selection.except(), Set.of(names));
      return this;
    }

    private void checkOpen() {
      if (sides != null) {
        throw new IllegalStateException(
            frozen
                ? "the columns are those of the reference"
                : "rows were added: choose the columns before");
      }
    }

    /**
     * Adds rows.
     *
     * @param batch only read during the call; it stays the caller's
     * @return this builder
     * @throws DataException if the batch lacks a column, has a column of another kind than before,
     *     or (without a reference) has a further column; then no row was counted. Codes without an
     *     entry in their dictionary, and texts beyond the end of their bytes, are found while
     *     counting; discard the builder then
     */
    public Builder add(FeatureBatch batch) {
      Objects.requireNonNull(batch, "batch");
      return addRows(batch, null);
    }

    /**
     * Adds rows and the answers of a model.
     *
     * @param batch the features; only read during the call
     * @param answers the outputs, with the same number of rows; only read during the call
     * @return this builder
     * @throws DataException for the reasons of {@link #add(FeatureBatch)}, or if a feature and an
     *     output share a name; resolve that with {@link #except} or {@link #columns}
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

    /**
     * Adds rows and the answers of a model column by column: a column that does not fit is left out
     * for these rows. Its counts then cover fewer rows than the profile. Only for builders of
     * {@link Profile#counting}.
     *
     * @param batch the features; only read during the call
     * @param answers the outputs; only read during the call
     * @return the reason for each column that was left out, in words: it is missing, is on the
     *     other side of the model than in the reference, has another type, or could not be read to
     *     its end; empty if all columns fit
     * @throws IllegalStateException if this builder chooses its own bins
     */
    public Map<String, String> addFitting(FeatureBatch batch, FeatureBatch answers) {
      Objects.requireNonNull(batch, "batch");
      Objects.requireNonNull(answers, "answers");
      if (!frozen || sides == null) {
        throw new IllegalStateException("only a builder of Profile.counting() leaves columns out");
      }
      rows += batch.rows();
      try (PathColumns features = PathColumns.of(batch);
          PathColumns outputs = PathColumns.of(answers)) {
        return sides.addFitting(
            PathColumns.batch(features, batch), PathColumns.batch(outputs, answers));
      }
    }

    private Builder addRows(FeatureBatch batch, @Nullable FeatureBatch answers) {
      try (PathColumns features = PathColumns.of(batch);
          PathColumns outputs = answers == null ? null : PathColumns.of(answers)) {
        FeatureBatch asked = PathColumns.batch(features, batch);
        FeatureBatch answered = answers == null ? null : PathColumns.batch(outputs, answers);
        SideCounters both = sides;
        if (both == null) {
          both =
              SideCounters.choosing(
                  asked,
                  answered,
                  selection
                      .expanded(PathColumns.structs(features))
                      .expanded(PathColumns.structs(outputs)));
        }
        both.add(asked, answered);
        sides = both;
      }
      rows += batch.rows();
      return this;
    }

    private Builder addAll(Iterable<FeatureBatch> batches) {
      batches.forEach(this::add);
      return this;
    }

    /**
     * Removes all rows, so that the builder counts other rows in the same bins. This takes less
     * time than a new builder, because memory is used again. Profiles that were built before do not
     * change. A builder that chooses its own bins starts anew, with the same choice of columns.
     *
     * @return this builder, without rows
     */
    public Builder clear() {
      sides = frozen && sides != null ? sides.cleared() : null;
      rows = 0;
      return this;
    }

    /**
     * Starts a profile that counts in the bins that {@link #build} would choose for the rows added
     * so far. This takes less time than to build a profile of them.
     *
     * @return another builder, without rows
     */
    public Builder counting() {
      return sides == null ? build().counting() : new Builder(sides.counting());
    }

    /** {@return the number of rows added so far} */
    public long rows() {
      return rows;
    }

    /**
     * Passes on the counts by bin of the rows added so far. This takes a small part of the time of
     * {@link #build} and leaves nothing to the garbage collector.
     *
     * @param each takes the name of each column of numbers or categories, with the counts of {@link
     *     NumberProfile#counts} or {@link CategoryProfile#counts}, followed by the number of
     *     missing values. The array may be longer, and is used again for the next column. It is not
     *     called unless the bins are frozen
     */
    public void counts(BiConsumer<String, long[]> each) {
      Objects.requireNonNull(each, "each");
      if (frozen && sides != null) {
        sides.counts(each);
      }
    }

    /**
     * Builds a profile of the rows added so far. More rows may be added later.
     *
     * @return a profile; with a reference it has the reference's columns
     */
    public Profile build() {
      return new Profile(rows, sides == null ? List.of() : sides.build());
    }
  }
}

package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.Digest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Profiles of slices of the same rows, counted in the bins of one reference. They compare like with
 * like: May's Monday mornings with January's.
 *
 * <p>A <em>reference</em> ({@link #of}) chooses the most frequent slices. The rows of all other
 * slices share the slice {@value #OTHER}. {@linkplain #profile Current rows} are counted in the
 * slices of the reference; rows of unknown slices count in {@value #OTHER}. Slices partition the
 * rows: merged, they are the profile of all rows.
 *
 * <p>A row is copied to be counted with its slice. Counting a slice takes some tens of kilobytes
 * per column until it is built. Immutable and thread safe.
 */
public final class SlicedProfile {
  /** The slice of rows whose slice has no profile of its own. */
  public static final String OTHER = "other";

  /**
   * A reference counts up to this many times the slices that it will have, until it chooses among
   * them.
   */
  private static final int TRACKED = 4;

  private final Profile bins;
  private final Slices by;
  private final SortedMap<String, Profile> slices;

  private SlicedProfile(Profile bins, Slices by, SortedMap<String, Profile> slices) {
    this.bins = bins;
    this.by = by;
    this.slices = slices;
  }

  /**
   * Profiles slices as a reference. Reads every batch to the end.
   *
   * <p>The choice of the most frequent slices is exact, and independent of the order of the rows,
   * if there are at most four times as many slices as {@link Slices#atMost} allows. Beyond that
   * number, rows of slices that are seen for the first time go to {@value #OTHER}.
   *
   * @param reference the profile whose columns and bins are used, usually of the same rows
   * @param by how rows are sliced
   * @param rows batches with at least the columns of the reference, which stay the caller's
   * @return profiles by slice
   * @throws DataException if a column is missing or of another kind, or if the rows cannot be read
   */
  public static SlicedProfile of(Profile reference, Slices by, Iterable<FeatureBatch> rows) {
    Builder counting = builder(reference, by);
    rows.forEach(counting::add);
    return counting.build();
  }

  /**
   * Returns profiles of slices that were counted separately, for example day by day.
   *
   * @param by how live rows are sliced
   * @param slices profiles by the names of slices, at least one, all in the same bins. The names of
   *     slices without rows, and {@value #OTHER}, may be missing
   * @return profiles by slice
   * @throws IllegalArgumentException if there is no slice, or if bins differ
   */
  public static SlicedProfile of(Slices by, Map<String, Profile> slices) {
    Objects.requireNonNull(by, "by");
    SortedMap<String, Profile> all = new TreeMap<>(slices);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("slices: found none, expected at least one");
    }
    Profile none = all.values().iterator().next().counting().build();
    all.values().forEach(none::merge); // throws if bins differ
    all.putIfAbsent(OTHER, none);
    return new SlicedProfile(none, by, all);
  }

  /**
   * Starts a reference whose rows are added one batch after the other, for example with the model's
   * answers. The most frequent slices are chosen as in {@link #of}.
   *
   * @param reference the profile whose columns and bins are used, usually of the same rows
   * @param by how rows are sliced
   * @return a builder without rows
   */
  public static Builder builder(Profile reference, Slices by) {
    int tracked = (int) Math.min(Integer.MAX_VALUE, (long) TRACKED * by.most());
    return new Builder(reference, by, Set.of(), tracked, by.most());
  }

  /**
   * Counts rows in the bins and slices of this profile.
   *
   * @param rows batches with at least the same columns, which stay the caller's
   * @return profiles of those rows alone, with the same slices
   * @throws DataException if a column is missing or of another kind, or if the rows cannot be read
   */
  public SlicedProfile profile(Iterable<FeatureBatch> rows) {
    Builder counting = new Builder(bins, by, slices.keySet(), 0, Integer.MAX_VALUE);
    rows.forEach(counting::add);
    return counting.build();
  }

  /**
   * Returns this profile with other rows in some slices.
   *
   * @param others profiles by the names of slices, in the same bins; slices that are not named stay
   * @return a changed copy
   * @throws IllegalArgumentException if there is no slice of a name; the message lists the slices
   */
  public SlicedProfile with(Map<String, Profile> others) {
    SortedMap<String, Profile> changed = new TreeMap<>(slices);
    others.forEach(
        (name, profile) -> {
          slice(name);
          changed.put(name, profile);
        });
    return new SlicedProfile(bins, by, changed);
  }

  /**
   * Returns profiles of the same rows without some columns.
   *
   * @param names columns to leave out, which the profile need not have
   * @return the same slices with the remaining columns
   */
  public SlicedProfile without(Collection<String> names) {
    SortedMap<String, Profile> remaining = new TreeMap<>(slices);
    remaining.replaceAll((name, profile) -> profile.without(names));
    return new SlicedProfile(bins.without(names), by, remaining);
  }

  /**
   * Returns the sum of this profile and another profile with the same bins and slices.
   *
   * @param other a profile of this one's slices, this one of its slices, or both of the slices of a
   *     third
   * @return profiles of the rows of both
   * @throws IllegalArgumentException if slices, columns or bins differ; the message names them
   */
  public SlicedProfile merge(SlicedProfile other) {
    if (!slices.keySet().equals(other.slices.keySet())) {
      throw new IllegalArgumentException(
          "other: found slices %s, expected %s".formatted(other.names(), names()));
    }
    SortedMap<String, Profile> sums = new TreeMap<>(slices);
    sums.replaceAll((name, profile) -> profile.merge(other.slice(name)));
    return new SlicedProfile(bins, by, sums);
  }

  /** {@return the names of the slices in order, {@value #OTHER} among them} */
  public List<String> names() {
    return List.copyOf(slices.keySet());
  }

  /**
   * Returns the profile of a slice.
   *
   * @param name the name of the slice
   * @return a profile, without rows if there were none
   * @throws IllegalArgumentException if there is no such slice; the message lists the slices
   */
  public Profile slice(String name) {
    Profile profile = slices.get(Objects.requireNonNull(name, "name"));
    if (profile == null) {
      throw new IllegalArgumentException(
          "name: found no slice \"" + name + "\", expected one of " + names());
    }
    return profile;
  }

  /** {@return the profile of all rows: the slices merged} */
  public Profile whole() {
    return slices.values().stream().reduce(Profile::merge).orElseThrow();
  }

  /**
   * Returns the binary form: the slices, each with the bytes of its profile; big-endian.
   *
   * <pre>
   * int32 magic "MLPS" | uint16 version 1 | int32 length | payload | int32 CRC-32C of all bytes before it
   * payload  int32 slices | slice...                 in the order of their names as Java compares them
   * slice    int32 length | name in UTF-8 | int32 length | {@link Profile#toBytes}
   * </pre>
   *
   * <p>Names of slices are values of the rows, which may be personal data. The slicing of rows is
   * code and not part of the bytes.
   *
   * @return the bytes, the same for the same rows
   */
  public byte[] toBytes() {
    return SlicedBytes.write(slices);
  }

  /**
   * Reads the binary form.
   *
   * @param bytes the result of {@link #toBytes}
   * @param by the slicing of the rows
   * @return an equal profile
   * @throws DataException if the bytes are damaged, truncated, of a newer version or not a sliced
   *     profile
   */
  public static SlicedProfile fromBytes(byte[] bytes, Slices by) {
    Objects.requireNonNull(by, "by");
    SortedMap<String, Profile> slices = SlicedBytes.read(bytes);
    return new SlicedProfile(Objects.requireNonNull(slices.get(OTHER)), by, slices);
  }

  /** {@return the digest of {@link #toBytes}, for a card or a signature} */
  public Digest digest() {
    return Digest.sha256(toBytes());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SlicedProfile that && slices.equals(that.slices);
  }

  @Override
  public int hashCode() {
    return slices.hashCode();
  }

  /** {@return the number of slices, without their names, which are values of the rows} */
  @Override
  public String toString() {
    return "profiles of " + slices.size() + " slices";
  }

  /**
   * Passes the rows of each slice on, once for each slice that has rows in these batches. Rows are
   * copied, unless all of them are in one slice.
   *
   * @param batch rows with the columns that slices are made by
   * @param answers the model's answers to these rows
   * @param called the time of the call, for slices by a time whose column the batch lacks
   * @param part gets the rows of a slice
   * @throws DataException if a column that slices are made by is missing or of another kind
   */
  public void forEachSlice(FeatureBatch batch, FeatureBatch answers, Instant called, Part part) {
    Objects.requireNonNull(answers, "answers");
    Objects.requireNonNull(called, "called");
    Objects.requireNonNull(part, "part");
    split(
        by,
        batch,
        answers,
        called,
        (name, rows, itsAnswers) ->
            part.accept(
                slices.containsKey(name) ? name : OTHER, rows, Objects.requireNonNull(itsAnswers)));
  }

  /**
   * Passes the rows of each slice on, once for each slice that has rows in these batches, however
   * many there are. Rows are copied, unless all of them are in one slice.
   *
   * @param by how rows are sliced
   * @param batch rows with the columns that slices are made by
   * @param answers the model's answers to these rows; may be without columns
   * @param part gets the rows of a slice
   * @throws DataException if a column that slices are made by is missing or of another kind
   */
  public static void forEachSlice(Slices by, FeatureBatch batch, FeatureBatch answers, Part part) {
    Objects.requireNonNull(answers, "answers");
    Objects.requireNonNull(part, "part");
    split(
        by,
        batch,
        answers,
        null,
        (name, rows, its) -> part.accept(name, rows, Objects.requireNonNull(its)));
  }

  /** Gets the rows of one slice. */
  @FunctionalInterface
  public interface Part {
    /**
     * Takes the rows of one slice.
     *
     * @param slice the name of a slice of the profile; {@value SlicedProfile#OTHER} may come
     *     several times, once for each slice that has no profile of its own
     * @param batch its rows, valid until this method returns
     * @param answers the model's answers to them, valid until this method returns
     */
    void accept(String slice, FeatureBatch batch, FeatureBatch answers);
  }

  private interface AnyPart {
    void accept(String slice, FeatureBatch batch, @Nullable FeatureBatch answers);
  }

  private static void split(
      Slices by,
      FeatureBatch batch,
      @Nullable FeatureBatch answers,
      @Nullable Instant called,
      AnyPart part) {
    IntFunction<String> names = by.of(batch, called);
    int[] slice = new int[batch.rows()];
    Map<String, Integer> numbers = new LinkedHashMap<>();
    String last = "";
    int number = -1;
    for (int row = 0; row < slice.length; row++) {
      String name = names.apply(row);
      if (number < 0 || !name.equals(last)) { // rows of one slice mostly follow each other
        number = numbers.computeIfAbsent(name, absent -> numbers.size());
        last = name;
      }
      slice[row] = number;
    }
    if (numbers.size() == 1) {
      part.accept(numbers.keySet().iterator().next(), batch, answers);
      return;
    }
    numbers.forEach((name, its) -> picked(name, rows(slice, its), batch, answers, part));
  }

  private static int[] rows(int[] slice, int number) {
    int[] rows = new int[slice.length];
    int size = 0;
    for (int row = 0; row < slice.length; row++) {
      if (slice[row] == number) {
        rows[size++] = row;
      }
    }
    return Arrays.copyOf(rows, size);
  }

  private static void picked(
      String name, int[] rows, FeatureBatch batch, @Nullable FeatureBatch answers, AnyPart part) {
    try (VectorSchemaRoot its = RowValues.pick(batch, rows)) {
      FeatureBatch itsRows = FeatureBatch.of(its, batch.dictionaries());
      if (answers == null) {
        part.accept(name, itsRows, null);
        return;
      }
      try (VectorSchemaRoot itsAnswers = RowValues.pick(answers, rows)) {
        part.accept(name, itsRows, FeatureBatch.of(itsAnswers, answers.dictionaries()));
      }
    }
  }

  /** Counts slices. Not thread safe. */
  public static final class Builder {
    private final Profile bins;
    private final Slices by;
    private final int tracked;
    private final int kept;
    private final Map<String, Profile.Builder> slices = new HashMap<>();

    private Builder(Profile bins, Slices by, Set<String> known, int tracked, int kept) {
      this.bins = bins;
      this.by = by;
      this.tracked = tracked;
      this.kept = kept;
      slices.put(OTHER, bins.counting());
      for (String name : known) {
        slices.computeIfAbsent(name, absent -> bins.counting());
      }
    }

    /**
     * Counts rows.
     *
     * @param batch rows with at least the columns of the bins, which stay the caller's
     * @return this builder
     * @throws DataException if a column is missing or of another kind
     */
    public Builder add(FeatureBatch batch) {
      split(by, batch, null, null, (name, rows, none) -> builder(name).add(rows));
      return this;
    }

    /**
     * Counts rows and the model's answers to them, which are outputs of the profile.
     *
     * @param batch rows, which stay the caller's
     * @param answers the answers, as many rows
     * @return this builder
     * @throws DataException if a column is missing or of another kind
     */
    public Builder add(FeatureBatch batch, FeatureBatch answers) {
      Objects.requireNonNull(answers, "answers");
      split(
          by,
          batch,
          answers,
          null,
          (name, rows, its) -> builder(name).add(rows, Objects.requireNonNull(its)));
      return this;
    }

    private Profile.Builder builder(String name) {
      Profile.Builder known = slices.get(name);
      if (known == null && slices.size() <= tracked) {
        known = bins.counting();
        slices.put(name, known);
      }
      return known == null ? Objects.requireNonNull(slices.get(OTHER)) : known;
    }

    /**
     * Builds profiles of the rows added so far. A reference keeps the most frequent slices; of
     * equally frequent ones, those that come first by name.
     *
     * @return profiles by slice
     */
    public SlicedProfile build() {
      SortedMap<String, Profile> all = new TreeMap<>();
      slices.forEach((name, counting) -> all.put(name, counting.build()));
      Profile other = Objects.requireNonNull(all.remove(OTHER));
      Set<String> frequent = new HashSet<>();
      all.entrySet().stream()
          .sorted(
              Comparator.comparingLong((Map.Entry<String, Profile> e) -> e.getValue().rows())
                  .reversed()
                  .thenComparing(Map.Entry.comparingByKey()))
          .limit(kept)
          .forEach(entry -> frequent.add(entry.getKey()));
      for (Map.Entry<String, Profile> entry : all.entrySet()) {
        if (!frequent.contains(entry.getKey())) {
          other = other.merge(entry.getValue());
        }
      }
      all.keySet().retainAll(frequent);
      all.put(OTHER, other);
      return new SlicedProfile(bins, by, all);
    }
  }
}

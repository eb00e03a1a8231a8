package io.mlops4j.runtime.view;

import io.mlops4j.model.DatasetRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file of labels with the features as they were known at each label's time. Immutable and thread
 * safe.
 *
 * <p>For each label and view, the join takes the row of the same keys with the latest event time
 * that is not after the label's time, if it is within the time to live. Of rows with the same event
 * time, it takes the one with the latest created time. A label without such a row has nulls. The
 * labels keep their order and their columns; each view adds its features.
 *
 * <p>{@link OnlineFeatures} applies the same rules, so a model gets the same values in training and
 * in serving.
 */
public final class TrainingSet {
  private final Path file;
  private final DatasetRef dataset;
  private final List<Joined> joined;

  TrainingSet(Path file, DatasetRef dataset, List<Joined> joined) {
    this.file = file;
    this.dataset = dataset;
    this.joined = List.copyOf(joined);
  }

  /**
   * What the join of one view found. Every label is matched, absent or expired.
   *
   * @param view the view
   * @param columns the columns of its features in the file
   * @param matched the labels that got a row
   * @param absent the labels without any row of their keys that was known at their time
   * @param expired the labels whose latest row was older than the time to live
   * @param unusable the rows of the view without a key or event time, which were left out
   * @param outOfOrder the rows of the view that became known after a newer row of the same keys,
   *     and were therefore never the newest; only counted by {@link Builder#asKnown}, otherwise 0
   * @param duplicates the labels whose row was there several times with equal values
   */
  public record Joined(
      FeatureView view,
      List<String> columns,
      long matched,
      long absent,
      long expired,
      long unusable,
      long outOfOrder,
      long duplicates) {
    /**
     * Checks and copies the parts.
     *
     * @param view the view
     * @param columns the columns of its features in the file
     * @param matched the labels that got a row
     * @param absent the labels without any row of their keys
     * @param expired the labels whose latest row was too old
     * @param unusable the rows without a key or event time
     * @param outOfOrder the rows that were never the newest
     * @param duplicates the labels whose row was there several times
     */
    public Joined {
      Objects.requireNonNull(view, "view");
      columns = List.copyOf(columns);
    }

    /**
     * Returns the counts as text.
     *
     * @return one line
     */
    @Override
    public String toString() {
      return view
          + ": "
          + matched
          + " labels matched, "
          + absent
          + " absent, "
          + expired
          + " expired; "
          + unusable
          + " rows without key or time, "
          + outOfOrder
          + " out of order, "
          + duplicates
          + " labels with duplicate rows";
    }
  }

  /**
   * Starts a training set.
   *
   * @param labels the labels: their keys, time, and what shall be predicted
   * @param time the column with the time at which a prediction is made
   * @return a builder, which needs a view
   */
  public static Builder builder(FeatureSource labels, String time) {
    return new Builder(
        Objects.requireNonNull(labels, "labels"), Objects.requireNonNull(time, "time"));
  }

  /**
   * Returns the file.
   *
   * @return a Parquet file, written by {@link Builder#write}
   */
  public Path file() {
    return file;
  }

  /**
   * Returns the version of the data: the digest of the file, the query, the number of rows, and the
   * period of the labels. Record it with {@code ModelCard.builder(name).trainedOn(set.dataset())}.
   *
   * @return the reference for the card of a model
   */
  public DatasetRef dataset() {
    return dataset;
  }

  /**
   * Returns what was found, view by view.
   *
   * @return in the order of the views
   */
  public List<Joined> joined() {
    return joined;
  }

  /**
   * Returns the counts of all views.
   *
   * @return several lines
   */
  @Override
  public String toString() {
    return Stream.concat(
            Stream.of(dataset + " in " + file), joined.stream().map(each -> "  " + each))
        .collect(Collectors.joining("\n"));
  }

  /** The labels, the views, and how they are joined. Not thread safe. */
  public static final class Builder {
    final FeatureSource labels;
    final String time;
    final List<String> targets = new ArrayList<>();
    final List<JoinedView> views = new ArrayList<>();
    @Nullable String name;
    boolean asKnown;
    int lookAheadChecks = 2;

    /** A view, the label columns that hold its keys, and what its columns are called. */
    record JoinedView(FeatureView view, Map<String, String> keys, String prefix) {}

    private Builder(FeatureSource labels, String time) {
      this.labels = labels;
      this.time = time;
    }

    /**
     * Names a column that shall be predicted. No feature may have its name, or equal it in every
     * row.
     *
     * @param column a column of the labels
     * @return this
     */
    public Builder label(String column) {
      targets.add(Objects.requireNonNull(column, "column"));
      return this;
    }

    /**
     * Adds the features of a view. The labels must have columns with the names of its keys.
     *
     * @param view the view
     * @return this
     */
    public Builder view(FeatureView view) {
      return view(view, Map.of(), "");
    }

    /**
     * Adds the features of a view under other names, for example those of an airport view for the
     * destination of a flight.
     *
     * @param view the view
     * @param keys for a key of the view, the label column that holds it; keys that are missing here
     *     have the same name in the labels
     * @param prefix put before the names of the features; may be empty
     * @return this
     * @throws IllegalArgumentException if the view has no such key
     */
    public Builder view(FeatureView view, Map<String, String> keys, String prefix) {
      Map<String, String> copy = new LinkedHashMap<>();
      view.keys().forEach(key -> copy.put(key, keys.getOrDefault(key, key)));
      if (!copy.keySet().containsAll(keys.keySet())) {
        throw new IllegalArgumentException(
            "keys: found "
                + keys.keySet()
                + ", expected keys of view "
                + view.name()
                + ": "
                + view.keys());
      }
      views.add(new JoinedView(view, copy, Objects.requireNonNull(prefix, "prefix")));
      return this;
    }

    /**
     * Names the data set; the name of the file without its ending unless set.
     *
     * @param name not blank
     * @return this
     */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * For views with a created time, takes the latest row among those that were known at the
     * label's time, as an online store would have answered. Without this, a label whose latest row
     * became known only after its time is an error.
     *
     * @return this
     */
    public Builder asKnown() {
      this.asKnown = true;
      return this;
    }

    /**
     * Sets how many times are checked for SQL that looks ahead; 2 unless set. Each check computes
     * the SQL of each view again without the rows after a label's time, and requires the same
     * newest values at that time.
     *
     * @param times 0 to 100; 0 switches the check off
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder lookAheadChecks(int times) {
      if (times < 0 || times > 100) {
        throw new IllegalArgumentException("times: found " + times + ", expected 0 to 100");
      }
      this.lookAheadChecks = times;
      return this;
    }

    /**
     * Joins, and writes the result as a Parquet file. The file gets its name when it is complete; a
     * file of this name is replaced. After an error there is no new file, and an old one is
     * unchanged. Equal inputs give equal bytes with the same version of DuckDB.
     *
     * @param file the file, in an existing folder; its name must end in {@code .parquet}
     * @return the training set
     * @throws io.mlops4j.error.DataException if rows cannot be read, a key or time of a label is
     *     null, a type does not fit, a row leaks the future or the label into the features, or rows
     *     of the same keys and times differ; the message shows up to five of the rows
     * @throws IllegalStateException if there is no view
     * @throws IllegalArgumentException if the file has another ending, or two columns get one name
     */
    public TrainingSet write(Path file) {
      if (views.isEmpty()) {
        throw new IllegalStateException("training set: expected view(...) before write()");
      }
      if (!file.toString().endsWith(".parquet")) {
        throw new IllegalArgumentException(
            "file: found " + file + ", expected a name that ends in .parquet");
      }
      try (Offline offline = Offline.open()) {
        return new PointInTimeJoin(offline, this).write(file);
      }
    }
  }
}

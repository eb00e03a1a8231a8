package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The counters of features and outputs. */
final class SideCounters {
  private final ColumnCounters features;
  private final ColumnCounters outputs;
  private final @Nullable ColumnSelection selection;

  /**
   * Joins both sides.
   *
   * @param selection the columns that must have a counter if a batch has them; null for none
   */
  private SideCounters(
      ColumnCounters features, ColumnCounters outputs, @Nullable ColumnSelection selection) {
    this.features = features;
    this.outputs = outputs;
    this.selection = selection;
  }

  /** Chooses the columns by the first batch of a reference. */
  static SideCounters choosing(
      FeatureBatch batch, @Nullable FeatureBatch answers, ColumnSelection selection) {
    SideCounters sides =
        new SideCounters(
            ColumnCounters.choosing(Role.FEATURE, batch, selection),
            answers == null
                ? ColumnCounters.none()
                : ColumnCounters.choosing(Role.OUTPUT, answers, selection),
            selection);
    sides.checkHas(selection.required(), batch);
    sides.checkNames();
    return sides;
  }

  private void checkHas(Set<String> only, FeatureBatch batch) {
    Set<String> absent = new TreeSet<>(only);
    absent.removeAll(ColumnCounters.names(batch));
    if (!absent.isEmpty()) {
      throw new DataException(
          "the batch lacks features %s: found %s, expected every selected column"
              .formatted(absent, ColumnCounters.names(batch)),
          null);
    }
  }

  private void checkNames() {
    Set<String> shared = new TreeSet<>(features.names());
    shared.retainAll(outputs.names());
    if (!shared.isEmpty()) {
      throw new DataException(
          "features and outputs share %s: expected different names; leave the features out with"
                  .formatted(shared)
              + " columns(...), or both with except(...)",
          null);
    }
  }

  /** Counts in the bins of a reference; other columns are ignored. */
  static SideCounters frozen(Collection<ColumnProfile> reference) {
    return new SideCounters(
        ColumnCounters.frozen(Role.FEATURE, reference),
        ColumnCounters.frozen(Role.OUTPUT, reference),
        null);
  }

  /** Returns counters without cells, in the bins of what was added so far. */
  SideCounters counting() {
    return new SideCounters(features.counting(), outputs.counting(), null);
  }

  /** Returns counters without cells that count like these, whose memory may be used again. */
  SideCounters cleared() {
    return new SideCounters(features.cleared(), outputs.cleared(), selection);
  }

  /** Checks both batches before anything is counted. */
  void add(FeatureBatch batch, @Nullable FeatureBatch answers) {
    features.check(batch);
    outputs.check(answers);
    if (selection != null) {
      checkNoMore(selection, Role.FEATURE, features, batch);
      checkNoMore(selection, Role.OUTPUT, outputs, answers);
    }
    features.add(batch);
    if (answers != null) {
      outputs.add(answers);
    }
  }

  /** Counts the columns that fit, and returns why the others do not, by name. */
  Map<String, String> addFitting(FeatureBatch batch, FeatureBatch answers) {
    Map<String, String> reasons = new TreeMap<>();
    features.addFitting(batch, answers, batch.rows(), reasons);
    outputs.addFitting(answers, batch, batch.rows(), reasons);
    return reasons;
  }

  private static void checkNoMore(
      ColumnSelection all, Role role, ColumnCounters counters, @Nullable FeatureBatch batch) {
    List<String> present = batch == null ? List.of() : ColumnCounters.names(batch);
    List<String> more =
        present.stream()
            .filter(name -> all.takes(role, name) && !counters.names().contains(name))
            .toList();
    if (!more.isEmpty()) {
      throw new DataException(
          "the batch has %s, which the first batch lacked: expected the same columns in each"
              .formatted(more),
          null);
    }
  }

  /** Passes on the counts of the columns that have bins, by name. */
  void counts(BiConsumer<String, long[]> each) {
    features.counts(each);
    outputs.counts(each);
  }

  List<ColumnProfile> build() {
    List<ColumnProfile> columns = new ArrayList<>(features.build());
    columns.addAll(outputs.build());
    return columns;
  }
}

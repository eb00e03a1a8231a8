package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The counters of features and outputs. */
final class Sides {
  private final Counters features;
  private final Counters outputs;
  private final Predicate<String> allowedFeature;
  private final Predicate<String> allowedOutput;

  /**
   * @param allowedFeature which columns must have a counter when a batch has them
   * @param allowedOutput the same for outputs
   */
  private Sides(
      Counters features,
      Counters outputs,
      Predicate<String> allowedFeature,
      Predicate<String> allowedOutput) {
    this.features = features;
    this.outputs = outputs;
    this.allowedFeature = allowedFeature;
    this.allowedOutput = allowedOutput;
  }

  /** Lets the first batch of a reference decide on the columns. */
  static Sides choosing(
      FeatureBatch batch,
      @Nullable FeatureBatch answers,
      @Nullable Set<String> only,
      Set<String> except) {
    Predicate<String> output = name -> !except.contains(name);
    Predicate<String> feature = only == null ? output : output.and(only::contains);
    Sides sides =
        new Sides(
            Counters.choosing(Role.FEATURE, batch, feature),
            answers == null ? Counters.none() : Counters.choosing(Role.OUTPUT, answers, output),
            feature,
            output);
    sides.checkHas(only == null ? Set.of() : only, batch);
    sides.checkNames();
    return sides;
  }

  private void checkHas(Set<String> only, FeatureBatch batch) {
    Set<String> absent = new TreeSet<>(only);
    absent.removeAll(Counters.names(batch));
    if (!absent.isEmpty()) {
      throw new DataException(
          "the batch lacks features %s: found %s, expected every column asked for"
              .formatted(absent, Counters.names(batch)),
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

  /** Counts in the bins of a reference, whose columns are the only ones of interest. */
  static Sides frozen(Collection<ColumnProfile> reference) {
    return new Sides(
        Counters.frozen(Role.FEATURE, reference),
        Counters.frozen(Role.OUTPUT, reference),
        name -> false,
        name -> false);
  }

  /** Checks both batches before anything is counted. */
  void add(FeatureBatch batch, @Nullable FeatureBatch answers) {
    features.check(Counters.names(batch), batch);
    checkNoMore(features, allowedFeature, batch);
    if (answers == null) {
      outputs.check(List.of(), batch);
    } else {
      outputs.check(Counters.names(answers), answers);
      checkNoMore(outputs, allowedOutput, answers);
      outputs.add(answers);
    }
    features.add(batch);
  }

  private static void checkNoMore(
      Counters counters, Predicate<String> allowed, FeatureBatch batch) {
    List<String> more =
        Counters.names(batch).stream()
            .filter(allowed)
            .filter(name -> !counters.names().contains(name))
            .toList();
    if (!more.isEmpty()) {
      throw new DataException(
          "the batch has %s, which the first batch had not: expected the same columns in each"
              .formatted(more),
          null);
    }
  }

  List<ColumnProfile> build() {
    List<ColumnProfile> columns = new ArrayList<>(features.build());
    columns.addAll(outputs.build());
    return columns;
  }
}

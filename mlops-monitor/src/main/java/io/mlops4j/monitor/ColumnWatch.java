package io.mlops4j.monitor;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Counts the features, or the outputs, of one window in the bins of the reference. A column that
 * does not fit is left out until the window ends. All other columns are still counted. Used by the
 * monitor's thread only.
 */
final class ColumnWatch {
  private final Role role;
  private final Profile reference;
  private final Failures failures;
  private final Map<String, String> leftOut = new TreeMap<>();
  private Profile.Builder counting;
  private @Nullable Profile counted;

  ColumnWatch(Role role, Profile reference, Failures failures) {
    this.role = role;
    this.reference =
        reference.without(
            reference.columns().stream()
                .filter(name -> reference.column(name).role() != role)
                .toList());
    this.failures = failures;
    this.counting = this.reference.counting();
  }

  void add(FeatureBatch features, FeatureBatch outputs) {
    try {
      count(features, outputs);
    } catch (DataException | IllegalArgumentException e) {
      Map<String, String> unsuited = counting.unsuited(features, outputs);
      if (unsuited.isEmpty()) {
        failures.add("cannot count the " + role.words() + " of a call", e);
        unsuited = remaining("a batch could not be counted: " + e.getMessage());
      }
      leaveOut(unsuited);
      add(features, outputs);
    }
  }

  private void count(FeatureBatch features, FeatureBatch outputs) {
    if (role == Role.OUTPUT && leftOut.size() < reference.columns().size()) {
      counting.add(features, outputs);
    } else {
      counting.add(features);
    }
  }

  private Map<String, String> remaining(String reason) {
    return reference.columns().stream()
        .filter(name -> !leftOut.containsKey(name))
        .collect(Collectors.toMap(name -> name, name -> reason));
  }

  /**
   * Rows that were counted before stay in the window, but without the columns that are left out.
   */
  private void leaveOut(Map<String, String> columns) {
    counted = counted().without(columns.keySet());
    leftOut.putAll(columns);
    counting = reference.without(leftOut.keySet()).counting();
  }

  /** The columns that are not compared in this window, with the reasons. */
  Map<String, String> leftOut() {
    return leftOut;
  }

  /** The rows of the window so far, without the columns that are left out. */
  Profile counted() {
    Profile newest = counting.build();
    return counted == null ? newest : counted.merge(newest);
  }
}

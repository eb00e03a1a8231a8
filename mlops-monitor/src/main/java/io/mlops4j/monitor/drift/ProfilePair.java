package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.TimeProfile;
import io.mlops4j.monitor.profile.VectorProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The columns of two profiles, side by side.
 *
 * @param columns the columns that can be compared
 * @param skipped the columns that both have and that cannot be compared
 */
record ProfilePair(
    Profile reference, Profile current, List<ColumnPair> columns, List<SkippedColumn> skipped) {

  static ProfilePair of(Profile reference, Profile current, ExportRules rules) {
    List<ColumnPair> columns = new ArrayList<>();
    List<SkippedColumn> skipped = new ArrayList<>();
    for (String name : reference.columns()) {
      if (current.columns().contains(name)) {
        add(reference.column(name), current.column(name), rules, columns, skipped);
      }
    }
    return new ProfilePair(reference, current, List.copyOf(columns), List.copyOf(skipped));
  }

  private static void add(
      ColumnProfile before,
      ColumnProfile after,
      ExportRules rules,
      List<ColumnPair> columns,
      List<SkippedColumn> skipped) {
    checkBins(before, after);
    if (before instanceof NumberProfile numbers) {
      columns.add(new NumberPair(numbers, (NumberProfile) after, rules));
    } else if (before instanceof CategoryProfile categories) {
      columns.add(new CategoryPair(categories, (CategoryProfile) after, rules));
    } else if (before instanceof VectorProfile vectors) {
      VectorProfile live = (VectorProfile) after;
      columns.add(new NumberPair(vectors.norms(), live.norms(), rules));
      columns.add(new NumberPair(vectors.projections(), live.projections(), rules));
    } else if (before instanceof TimeProfile times) {
      skipped.add(EvidenceText.times(times, (TimeProfile) after, rules));
    } else {
      skipped.add((SkippedColumn) before);
    }
  }

  private static void checkBins(ColumnProfile before, ColumnProfile after) {
    if (!before.sameBins(after)) {
      throw new IllegalArgumentException(
          "current: found column \""
              + before.name()
              + "\" with other bins than in the reference; count the rows with"
              + " reference.profile(rows) or reference.counting()");
    }
  }

  /** Rejects unknown names, because a feature with a misspelt name would not be watched. */
  void checkNames(DriftPolicy policy) {
    List<String> known =
        Stream.of(
                reference.columns().stream(),
                current.columns().stream(),
                partsOfVectors(reference),
                partsOfVectors(current))
            .flatMap(names -> names)
            .distinct()
            .toList();
    for (String name : policy.namedFeatures()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "policy: found feature \""
                + name
                + "\", which no profile has, expected one of "
                + known);
      }
    }
  }

  /** Vectors are compared by two numbers, whose names are the column's with a suffix. */
  private static Stream<String> partsOfVectors(Profile profile) {
    return profile.columns().stream()
        .map(profile::column)
        .filter(VectorProfile.class::isInstance)
        .map(VectorProfile.class::cast)
        .flatMap(vectors -> Stream.of(vectors.norms().name(), vectors.projections().name()));
  }
}

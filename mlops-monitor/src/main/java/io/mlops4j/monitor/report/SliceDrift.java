package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One slice of the rows of a {@link DriftReport}. Immutable.
 *
 * @param slice its name
 * @param reference the profile of its rows in the reference
 * @param current the profile of its rows among those compared
 * @param features its columns, drifted ones first, then by the size of the effect in units of its
 *     bound, largest first
 */
public record SliceDrift(
    String slice, Profile reference, Profile current, List<FeatureDrift> features) {
  /**
   * Keeps a copy of the list.
   *
   * @param slice its name
   * @param reference the profile of its rows in the reference
   * @param current the profile of its rows among those compared
   * @param features its columns, in order
   */
  public SliceDrift {
    features = List.copyOf(features);
  }

  /** All slices, judged together. */
  static List<SliceDrift> compare(
      SlicedProfile reference, SlicedProfile current, DriftPolicy policy, ExportRules rules) {
    List<ColumnPair> all = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (String name : reference.names()) {
      all.addAll(ProfilePair.of(reference.slice(name), current.slice(name), rules).columns());
      ends.add(all.size());
    }
    List<FeatureDrift> judged = new Judge(policy).judge(all);
    List<SliceDrift> slices = new ArrayList<>();
    int from = 0;
    for (String name : reference.names()) {
      int to = ends.get(slices.size());
      slices.add(
          new SliceDrift(
              name,
              reference.slice(name),
              current.slice(name),
              Judge.sorted(judged.subList(from, to))));
      from = to;
    }
    return slices.stream()
        .sorted(
            Comparator.comparing((SliceDrift slice) -> !slice.driftedFeatures().isEmpty())
                .thenComparing(SliceDrift::urgency)
                .reversed()
                .thenComparing(SliceDrift::slice))
        .toList();
  }

  /**
   * The columns that drifted in this slice.
   *
   * @return a part of {@link #features}, in its order
   */
  public List<FeatureDrift> driftedFeatures() {
    return features.stream().filter(FeatureDrift::drifted).toList();
  }

  /**
   * Whether any column had enough rows.
   *
   * @return false when nothing can be said of this slice
   */
  public boolean judged() {
    return features.stream()
        .anyMatch(feature -> !(feature.verdict() instanceof DriftVerdict.InsufficientData));
  }

  /** The rows of the smaller side. */
  long rows() {
    return Math.min(reference.rows(), current.rows());
  }

  /** The largest effect in units of its bound, of drifted columns where there are some. */
  double urgency() {
    return features.isEmpty() ? -1 : features.get(0).urgency();
  }

  /**
   * For people.
   *
   * @return the slice and its drifted columns
   */
  @Override
  public String toString() {
    return "%s: %d of %d columns drifted %s"
        .formatted(
            slice,
            driftedFeatures().size(),
            features.size(),
            driftedFeatures().stream().map(FeatureDrift::name).toList());
  }
}

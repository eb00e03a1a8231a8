package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The comparison of one slice of the rows of a {@link DriftReport}. Immutable.
 *
 * @param slice the name of the slice
 * @param reference the profile of the slice's rows in the reference
 * @param current the profile of the slice's rows among the current ones
 * @param features the columns of the slice: drifted ones first, then by the size of the effect in
 *     units of its bound, largest first
 */
public record SliceDrift(
    String slice, Profile reference, Profile current, List<FeatureDrift> features) {
  /**
   * Copies the list.
   *
   * @param slice the name of the slice
   * @param reference the profile of the slice's rows in the reference
   * @param current the profile of the slice's rows among the current ones
   * @param features the columns of the slice, in order
   */
  public SliceDrift {
    features = List.copyOf(features);
  }

  /** Compares all slices and judges their columns together. */
  static List<SliceDrift> compare(
      SlicedProfile reference, SlicedProfile current, DriftPolicy policy, ExportRules rules) {
    List<ColumnPair> all = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (String name : reference.names()) {
      all.addAll(ProfilePair.of(reference.slice(name), current.slice(name), rules).columns());
      ends.add(all.size());
    }
    List<FeatureDrift> judged = new DriftJudge(policy).judge(all);
    List<SliceDrift> slices = new ArrayList<>();
    int from = 0;
    for (String name : reference.names()) {
      int to = ends.get(slices.size());
      slices.add(
          new SliceDrift(
              name,
              reference.slice(name),
              current.slice(name),
              DriftJudge.sorted(judged.subList(from, to))));
      from = to;
    }
    return slices.stream()
        .sorted(
            Comparator.comparing((SliceDrift slice) -> !slice.driftedFeatures().isEmpty())
                .thenComparingDouble(SliceDrift::urgency)
                .reversed()
                .thenComparing(SliceDrift::slice))
        .toList();
  }

  /** {@return the columns that drifted in this slice; a part of {@link #features}, in its order} */
  public List<FeatureDrift> driftedFeatures() {
    return features.stream().filter(FeatureDrift::drifted).toList();
  }

  /**
   * {@return whether any column had enough rows for a verdict; false if nothing is known about this
   * slice}
   */
  public boolean judged() {
    return features.stream().anyMatch(FeatureDrift::judged);
  }

  /** The largest effect in units of its bound; that of a drifted column if there is one. */
  private double urgency() {
    return features.isEmpty() ? -1 : features.get(0).urgency();
  }

  /**
   * Describes the comparison in one line.
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

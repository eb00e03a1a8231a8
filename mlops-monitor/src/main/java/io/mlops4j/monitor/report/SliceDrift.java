package io.mlops4j.monitor.report;

import io.mlops4j.monitor.profile.Profile;
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
    return slice + " drifted " + driftedFeatures().stream().map(FeatureDrift::name).toList();
  }
}

package io.mlops4j.monitor;

import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.rollout.Evidence;
import java.util.Optional;

/**
 * A column that drifted in a window: the slice in which it drifted most, and the number of slices
 * in which it drifted.
 *
 * @param slice the name of the slice; empty if rows are not sliced
 */
record DriftFinding(String slice, FeatureDrift feature, DriftVerdict.Drifted verdict, int slices) {
  /** Returns the finding of one slice; empty if the column did not drift. */
  static Optional<DriftFinding> of(String slice, FeatureDrift feature) {
    return feature.verdict() instanceof DriftVerdict.Drifted verdict
        ? Optional.of(new DriftFinding(slice, feature, verdict, 1))
        : Optional.empty();
  }

  /** Adds the finding of another slice. */
  DriftFinding and(DriftFinding other) {
    DriftFinding worst = other.verdict.relativeEffect() > verdict.relativeEffect() ? other : this;
    return new DriftFinding(worst.slice, worst.feature, worst.verdict, slices + other.slices);
  }

  Evidence evidence() {
    String where = slice.isEmpty() ? "" : " in %s, the most of %d slices".formatted(slice, slices);
    String cause = feature.movements().isEmpty() ? "" : "; mostly " + feature.movements().get(0);
    return new Evidence(feature.name(), verdict.effect(), verdict.bound(), feature + where + cause);
  }
}

package io.mlops4j.samples.quickstart;

import io.mlops4j.feature.FeatureBatch;
import java.time.LocalDate;
import org.apache.arrow.vector.Float4Vector;

/** The planted change: in one week all distances are in kilometres. */
final class Planted {
  private static final float KILOMETRES_PER_MILE = 1.609344f;

  private Planted() {}

  static boolean on(LocalDate day) {
    return !day.isBefore(Story.PLANTED_FROM) && !day.isAfter(Story.PLANTED_TO);
  }

  /** Overwrites the distances in place, before the model gets them. */
  static void toKilometres(FeatureBatch flights) {
    Float4Vector distance = (Float4Vector) flights.column("distance");
    for (int row = 0; row < flights.rows(); row++) {
      distance.set(row, distance.get(row) * KILOMETRES_PER_MILE);
    }
  }
}

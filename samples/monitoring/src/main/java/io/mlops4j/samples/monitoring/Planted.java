package io.mlops4j.samples.monitoring;

import io.mlops4j.feature.FeatureBatch;
import java.time.LocalDate;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.SmallIntVector;

/** What goes wrong with the flights before the model gets them: the only changes of real data. */
enum Planted {
  /** A source sends kilometres in place of miles. */
  KILOMETRES("2001-02-12", "2001-02-14", "distance", "distances in kilometres") {
    @Override
    void change(FeatureBatch flights) {
      Float4Vector distance = (Float4Vector) flights.column(column);
      for (int row = 0; row < flights.rows(); row++) {
        distance.set(row, distance.get(row) * KILOMETRES_PER_MILE);
      }
    }
  },

  /** A source repeats the hour of its first flight of the day. */
  FROZEN_HOUR("2001-02-26", "2001-02-27", "hour", "all flights of a day have one hour") {
    @Override
    void change(FeatureBatch flights) {
      SmallIntVector hour = (SmallIntVector) flights.column(column);
      for (int row = 1; row < flights.rows(); row++) {
        hour.set(row, hour.get(0));
      }
    }
  };

  private static final float KILOMETRES_PER_MILE = 1.609344f;

  final LocalDate from;
  final LocalDate to;
  final String column;
  final String what;

  Planted(String from, String to, String column, String what) {
    this.from = LocalDate.parse(from);
    this.to = LocalDate.parse(to);
    this.column = column;
    this.what = what;
  }

  /** Overwrites the rows of a day in place. */
  abstract void change(FeatureBatch flights);

  private boolean isOn(LocalDate day) {
    return !day.isBefore(from) && !day.isAfter(to);
  }

  static void plant(LocalDate day, FeatureBatch flights) {
    for (Planted change : values()) {
      if (change.isOn(day)) {
        change.change(flights);
      }
    }
  }
}

package io.mlops4j.samples.quickstart;

import io.mlops4j.feature.FeatureBatch;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.SmallIntVector;

/** One request. Components meet the model's inputs by name; the key never enters the model. */
@SuppressWarnings("MemberName") // named like the column
record Flight(
    String flight_id, float distance, int hour, int weekday, String origin, String destination) {

  static Flight at(int row, FeatureBatch flights) {
    return new Flight(
        text(flights, "flight_id", row),
        ((Float4Vector) flights.column("distance")).get(row),
        ((SmallIntVector) flights.column("hour")).get(row),
        ((SmallIntVector) flights.column("weekday")).get(row),
        text(flights, "origin", row),
        text(flights, "destination", row));
  }

  private static String text(FeatureBatch flights, String column, int row) {
    return String.valueOf(flights.column(column).getObject(row));
  }
}

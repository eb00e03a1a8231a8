package io.mlops4j.samples.flink;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.jspecify.annotations.Nullable;

/** A source that reads a file of flights, and can read any part of it again. */
final class Month implements GeneratorFunction<Long, Flight> {
  private static final long serialVersionUID = 1L;

  private final String file;
  private transient @Nullable List<Flight> flights;

  Month(String file) {
    this.file = file;
  }

  @Override
  public void open(SourceReaderContext context) {
    flights = read(Path.of(file));
  }

  @Override
  public Flight map(Long number) {
    return Objects.requireNonNull(flights).get(number.intValue());
  }

  static List<Flight> read(Path file) {
    List<Flight> flights = new ArrayList<>();
    try (ModelRuntime runtime = ModelRuntime.open();
        FeatureReader days = runtime.read(file)) {
      for (FeatureBatch day : days) {
        for (int row = 0; row < day.rows(); row++) {
          flights.add(
              new Flight(
                  flights.size(),
                  1000 * ((TimeStampSecVector) day.column("departure")).get(row),
                  ((Float4Vector) day.column("distance")).get(row),
                  ((SmallIntVector) day.column("hour")).get(row),
                  ((SmallIntVector) day.column("weekday")).get(row),
                  String.valueOf(day.column("origin").getObject(row)),
                  String.valueOf(day.column("destination").getObject(row))));
        }
      }
    }
    return flights;
  }
}

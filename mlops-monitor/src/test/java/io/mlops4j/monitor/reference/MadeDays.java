package io.mlops4j.monitor.reference;

import io.mlops4j.feature.FeatureBatch;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Days of made rows: {@code x} is normal with the deviation 1 around a mean of the day, {@code
 * noise} is normal with a mean of 0 on each day.
 *
 * @param weekend what Saturdays and Sundays add to the mean of x
 * @param between the deviation of the means of days
 */
public record MadeDays(
    BufferAllocator allocator, Random random, int rows, double weekend, double between) {
  public static final LocalDate MONDAY = LocalDate.of(2026, 6, 1);
  public static final String TIME = "at";

  public static Instant instant(LocalDate day) {
    return day.atStartOfDay().toInstant(ZoneOffset.UTC);
  }

  /** Rows of one day, spread over its hours. */
  public FeatureBatch day(LocalDate day, double shift) {
    double mean =
        shift + between * random.nextGaussian() + (day.getDayOfWeek().getValue() > 5 ? weekend : 0);
    TimeStampSecVector at = new TimeStampSecVector(TIME, allocator);
    Float8Vector x = new Float8Vector("x", allocator);
    Float8Vector noise = new Float8Vector("noise", allocator);
    BigIntVector id = new BigIntVector("id", allocator);
    FieldVector[] columns = {at, x, noise, id};
    for (FieldVector column : columns) {
      column.setInitialCapacity(rows);
      column.allocateNew();
    }
    for (int row = 0; row < rows; row++) {
      at.set(row, instant(day).getEpochSecond() + 86_400L * row / rows);
      x.set(row, mean + random.nextGaussian());
      noise.set(row, random.nextGaussian());
      id.set(row, random.nextLong());
    }
    try (VectorSchemaRoot root = VectorSchemaRoot.of(columns)) {
      for (FieldVector column : columns) {
        column.setValueCount(rows);
      }
      root.setRowCount(rows);
      return FeatureBatch.owning(root);
    }
  }

  /** A reference of x and noise of the days from Monday, 1 June 2026. */
  public Reference reference(int days) {
    try (Reference.Builder builder = Reference.builder(TIME).keys("id")) {
      for (int day = 0; day < days; day++) {
        try (FeatureBatch batch = day(MONDAY.plusDays(day), 0)) {
          builder.add(batch);
        }
      }
      return builder.build();
    }
  }
}

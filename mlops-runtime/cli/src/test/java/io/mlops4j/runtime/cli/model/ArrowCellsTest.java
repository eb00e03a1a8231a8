package io.mlops4j.runtime.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.junit.jupiter.api.Test;

class ArrowCellsTest {
  /** 16984 days after 1970-01-01, by {@code date -d @$((16984 * 86400))}. */
  @Test
  void datesAndTimesAreText() {
    try (BufferAllocator memory = new RootAllocator();
        DateDayVector days = new DateDayVector("day", memory);
        DateMilliVector millis = new DateMilliVector("day", memory);
        TimeStampMicroTZVector times = new TimeStampMicroTZVector("at", memory, "Europe/Berlin")) {
      days.setSafe(0, 16_984);
      millis.setSafe(0, 16_984 * 86_400_000L);
      times.setSafe(0, 16_984 * 86_400_000_000L + 1_500_000);
      assertThat(ArrowCells.json(days, 0)).hasToString("\"2016-07-02\"");
      assertThat(ArrowCells.json(millis, 0)).hasToString("\"2016-07-02\"");
      assertThat(ArrowCells.json(times, 0)).hasToString("\"2016-07-02T00:00:01.500Z\"");
    }
  }
}

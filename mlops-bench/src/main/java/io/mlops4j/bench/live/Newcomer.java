package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.reference.Reference;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * The monitor as a newcomer starts it: it is told nothing but the column of times. Rows come hour
 * by hour, without keys, answers and labels. One thread.
 */
final class Newcomer implements AutoCloseable {
  private static final long HOUR = 3600;

  private final BufferAllocator memory = new RootAllocator();
  private final Batches batches;
  private final Reference reference;

  /**
   * Learns.
   *
   * @param healthy days, in their order
   */
  Newcomer(Layout layout, List<Rows> healthy) {
    batches = new Batches(memory, layout);
    try (Reference.Builder learning = Reference.builder(Batches.TIME)) {
      for (Rows day : healthy) {
        try (FeatureBatch features = batches.withoutKeys(day)) {
          learning.add(features);
        }
      }
      reference = learning.build();
    }
  }

  Reference reference() {
    return reference;
  }

  /** What a new monitor says about days, in their order. */
  List<Notice> watch(Iterable<Rows> days) {
    try (Ours monitor =
        new Ours("defaults", ModelMonitor.builder(reference).everyRow(), batches, false)) {
      for (Rows day : days) {
        hours(day).forEach(hour -> answered(monitor, hour));
      }
      return monitor.notices();
    }
  }

  private void answered(Ours monitor, Rows rows) {
    try (FeatureBatch features = batches.withoutKeys(rows);
        FeatureBatch none = FeatureBatch.builder(memory).rows(rows.size()).build()) {
      monitor.answered(rows, features, none, rows.seconds[rows.size() - 1]);
    }
  }

  private static Collection<Rows> hours(Rows day) {
    return IntStream.range(0, day.size())
        .boxed()
        .collect(
            Collectors.groupingBy(
                row -> day.seconds[row] / HOUR,
                TreeMap::new,
                Collectors.collectingAndThen(
                    Collectors.toList(),
                    rows -> day.pick(rows.stream().mapToInt(Integer::intValue).toArray()))))
        .values();
  }

  @Override
  public void close() {
    memory.close();
  }
}

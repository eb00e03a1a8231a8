package io.mlops4j.flink;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Keeps the metrics of our group, also those of jobs that have ended. */
public final class Figures implements MetricReporter {
  private static final List<Named> ALL = new CopyOnWriteArrayList<>();

  private record Named(String name, String subtask, Metric metric) {}

  /** Found by Flink. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties properties) {
      return new Figures();
    }
  }

  static void reset() {
    ALL.clear();
  }

  /** The sum over all subtasks. */
  static long sum(String name) {
    long sum = 0;
    for (Named each : ALL) {
      if (each.name().equals(name)) {
        sum +=
            each.metric() instanceof Histogram times
                ? times.getCount()
                : ((Counter) each.metric()).getCount();
      }
    }
    return sum;
  }

  /** The sum over the last attempts of all subtasks. */
  static long last(String name) {
    Map<String, Long> newest = new HashMap<>();
    for (Named each : ALL) {
      if (each.name().equals(name)) {
        newest.put(each.subtask(), ((Counter) each.metric()).getCount());
      }
    }
    return newest.values().stream().mapToLong(Long::longValue).sum();
  }

  static List<String> texts(String name) {
    return ALL.stream()
        .filter(each -> each.name().equals(name))
        .map(each -> String.valueOf(((Gauge<?>) each.metric()).getValue()))
        .toList();
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    if (List.of(group.getScopeComponents()).contains("mlops4j")) {
      Map<String, String> all = group.getAllVariables();
      ALL.add(new Named(name, all.get("<operator_id>") + "/" + all.get("<subtask_index>"), metric));
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {}
}

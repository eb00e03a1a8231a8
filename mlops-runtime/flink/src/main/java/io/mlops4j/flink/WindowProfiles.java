package io.mlops4j.flink;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.RecordBatches;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Counts the rows of a subtask in the bins of the reference, by window of event time. The profiles
 * leave before each barrier and when their window ends, so this is never a part of a checkpoint:
 * Flink's window operator behind it keeps their sums. One thread.
 */
final class WindowProfiles<I extends Record, O extends Record> {
  /** More windows than that at once are sent early, which bounds the memory. */
  private static final int MOST = 16;

  private final ScoringPlan.DriftPlan plan;
  private final Profile reference;
  private final RecordBatches<I> inputs;
  private final RecordBatches<O> outputs;
  private final Output<?> output;
  private final SubtaskFigures figures;
  private final TreeMap<Long, Profile.Builder> open = new TreeMap<>();
  private long watermark = Long.MIN_VALUE;

  WindowProfiles(
      ScoringPlan<?, I, O> plan,
      ScoringPlan.DriftPlan drift,
      BufferAllocator allocator,
      Output<?> output,
      SubtaskFigures figures) {
    this.plan = drift;
    this.output = output;
    this.figures = figures;
    reference = Profile.fromBytes(drift.reference());
    inputs = RecordBatches.of(plan.inputs(), allocator);
    outputs = RecordBatches.of(plan.outputs(), allocator);
  }

  /** Adds rows that one version answered. */
  void add(List<I> rows, List<O> answers, List<? extends StreamRecord<?>> from, String version) {
    Map<Long, List<Integer>> byWindow = new TreeMap<>();
    for (int i = 0; i < rows.size(); i++) {
      byWindow.computeIfAbsent(window(from.get(i)), start -> new ArrayList<>()).add(i);
    }
    byWindow.forEach(
        (start, members) -> {
          try (FeatureBatch features = inputs.batch(members.stream().map(rows::get).toList());
              FeatureBatch answered = outputs.batch(members.stream().map(answers::get).toList())) {
            open.computeIfAbsent(start, none -> reference.counting())
                .addFitting(features, answered);
          }
        });
    while (open.size() > MOST) {
      send(open.pollFirstEntry(), version);
    }
  }

  /** A row behind the watermark counts in the oldest window that is open. */
  private long window(StreamRecord<?> row) {
    if (!row.hasTimestamp() || row.getTimestamp() == Long.MIN_VALUE) { // sources of Flink 2 send it
      throw new DataException(
          "drift: found a row without an event time, expected one; assign timestamps and watermarks"
              + " to the stream, or leave drift(...) out",
          null);
    }
    long time = row.getTimestamp();
    if (time <= watermark && watermark < Long.MAX_VALUE) {
      figures.late();
      time = watermark + 1;
    }
    return Math.floorDiv(time, plan.window()) * plan.window();
  }

  /** Sends the windows that end at this time or before it. */
  void watermark(long time, String version) {
    watermark = time;
    while (!open.isEmpty() && open.firstKey() + plan.window() - 1 <= time) {
      send(open.pollFirstEntry(), version);
    }
  }

  void sendAll(String version) {
    while (!open.isEmpty()) {
      send(open.pollFirstEntry(), version);
    }
  }

  private void send(Map.Entry<Long, Profile.Builder> window, String version) {
    byte[] bytes = window.getValue().build().toBytes();
    output.collect(
        plan.tag(),
        new StreamRecord<>(Tuple2.of(version, bytes), window.getKey() + plan.window() - 1));
  }
}

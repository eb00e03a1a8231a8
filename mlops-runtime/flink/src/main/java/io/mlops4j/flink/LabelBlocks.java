package io.mlops4j.flink;

import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Gathers rows by window and version, so that few and large blocks go to the sum. Blocks leave
 * before each barrier and when their window ends, so they are never a part of a checkpoint. One
 * thread.
 */
final class LabelBlocks extends AbstractStreamOperator<Tuple2<String, byte[]>>
    implements OneInputStreamOperator<
            Tuple4<String, Long, Double, double[]>, Tuple2<String, byte[]>>,
        BoundedOneInput {
  private static final long serialVersionUID = 1L;
  private static final int ROWS = 1 << 14;

  private final long window;
  private final long within;
  private final int most;
  private transient TreeMap<Long, TreeMap<String, LabelledRows.Builder>> open = new TreeMap<>();
  private transient int rows;

  /** All times in milliseconds; at most so many rows are held. */
  LabelBlocks(long window, long within, int most) {
    this.window = window;
    this.within = within;
    this.most = most;
  }

  @Override
  public void open() throws Exception {
    super.open();
    open = new TreeMap<>();
  }

  @Override
  public void processElement(StreamRecord<Tuple4<String, Long, Double, double[]>> element) {
    JoinedRow row = JoinedRow.of(element.getValue());
    long start = Math.floorDiv(element.getTimestamp() - within, window) * window;
    open.computeIfAbsent(start, none -> new TreeMap<>())
        .computeIfAbsent(row.version(), none -> new LabelledRows.Builder(row.numbers().length))
        .add(row);
    rows++;
    if (rows >= ROWS) {
      sendAll();
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    while (!open.isEmpty() && last(open.firstKey()) <= mark.getTimestamp()) {
      send(open.pollFirstEntry());
    }
    super.processWatermark(mark);
  }

  /** Flink calls this before the barrier leaves, so all of this belongs to the checkpoint. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    super.prepareSnapshotPreBarrier(checkpoint);
    sendAll();
  }

  @Override
  public void endInput() {
    sendAll();
  }

  /** The time at which the last row of a window leaves the join. */
  private long last(long start) {
    return start + window - 1 + within;
  }

  private void sendAll() {
    while (!open.isEmpty()) {
      send(open.pollFirstEntry());
    }
  }

  private void send(Map.Entry<Long, ? extends Map<String, LabelledRows.Builder>> ended) {
    long time = last(ended.getKey());
    ended
        .getValue()
        .forEach(
            (version, builder) -> {
              rows -= (int) builder.predicted();
              byte[] block = builder.build(most).toBytes();
              output.collect(new StreamRecord<>(Tuple2.of(version, block), time));
            });
  }
}

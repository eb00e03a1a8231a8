package io.mlops4j.monitor.log;

import io.mlops4j.error.DataException;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.internal.BackgroundThread;
import io.mlops4j.monitor.internal.BoundedQueue;
import io.mlops4j.monitor.log.file.LogFiles;
import io.mlops4j.monitor.log.file.Segment;
import io.mlops4j.monitor.log.file.SegmentWriter;
import io.mlops4j.monitor.log.row.LogSettings;
import io.mlops4j.monitor.log.row.LoggedCall;
import io.mlops4j.monitor.log.row.PreparedRows;
import io.mlops4j.monitor.log.row.RowBlock;
import io.mlops4j.monitor.log.row.RowPlan;
import io.mlops4j.monitor.log.row.TextThreshold;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a log. It collects rows into blocks, one for each version and kind of rows, and
 * writes the blocks together.
 *
 * <p>Several files are open at a time, because versions take turns when one is a canary or a shadow
 * of the other. If the disk does not take a block, the thread tries again every second and takes no
 * further rows meanwhile, so that the queue fills up and its policy decides.
 */
final class LogWorker {
  private static final Logger LOG = LoggerFactory.getLogger(PredictionLog.class);
  private static final int MOST_OPEN = 16;
  private static final long POLL_MILLIS = 20;
  private static final long RETRY_MILLIS = 1_000;
  private static final Duration LONGEST_IDLE = Duration.ofMinutes(1);

  /** A mark. When it is reached, everything before it is acknowledged, and sealed if asked for. */
  private record Mark(CountDownLatch reached, boolean seals) implements BoundedQueue.Item {
    @Override
    public int rows() {
      return 0;
    }

    @Override
    public void close() {
      reached.countDown();
    }
  }

  private record Kind(ServedBy servedBy, Route route, Schema features, Schema outputs) {
    /** Few kinds differ in their columns only, and hashing those takes longer than comparing. */
    @Override
    public int hashCode() {
      return 31 * servedBy.hashCode() + route.hashCode();
    }
  }

  /** A file that is open, or will be with its first block. */
  private static final class Open implements AutoCloseable {
    final RowPlan plan;
    final RowBlock block;
    @Nullable SegmentWriter writer;
    @Nullable Segment segment;
    Instant begun = Instant.EPOCH;

    Open(RowPlan plan, RowBlock block) {
      this.plan = plan;
      this.block = block;
    }

    @Override
    public void close() {
      block.close();
    }
  }

  private final LogSettings settings;
  private final LogFiles files;
  private final LogCounts counts;
  private final BoundedQueue<BoundedQueue.Item> queue;
  private final TextThreshold threshold;
  private final Map<Kind, Open> open = new LinkedHashMap<>(16, 0.75f, true);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final BackgroundThread thread;
  private long uncommittedSince;
  private long waiting;
  private int taken;

  LogWorker(LogSettings settings, LogFiles files, LogCounts counts, long seed) {
    this.settings = settings;
    this.files = files;
    this.counts = counts;
    this.queue = new BoundedQueue<>(settings.queueRows());
    this.threshold = new TextThreshold(settings.withholdBelow(), seed);
    this.thread = new BackgroundThread(this::run, "mlops4j-prediction-log");
  }

  void start() {
    thread.start();
  }

  /** Hands rows over; false if there is no room in time, or the log is closed. */
  boolean offer(LoggedCall call) {
    if (settings.blockFor().isZero()) {
      return queue.offer(call);
    }
    try {
      return queue.offer(call, nanos(settings.blockFor()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Waits until everything that was handed over is acknowledged; returns at once if closed.
   *
   * @param seals whether open files are completed too
   * @throws DataException if the disk does not take the rows now
   */
  void flush(boolean seals) {
    Mark mark = new Mark(new CountDownLatch(1), seals);
    try {
      while (!queue.offer(mark, TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS))) {
        if (closing.getCount() == 0) {
          return;
        }
        checkDisk();
      }
      while (!mark.reached().await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        checkDisk();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the prediction log", e);
    }
  }

  private void checkDisk() {
    String problem = counts.problem();
    if (problem != null) {
      throw new DataException(problem + "; the rows wait in memory and are tried again", null);
    }
  }

  /** Writes the rows that were handed over, and ends the thread. */
  void close() {
    closing.countDown();
    queue.close();
    thread.awaitEnd();
  }

  private void run() {
    try {
      work();
    } finally { // after an error, too: a caller must not wait for a thread that has ended
      closing.countDown();
      queue.close();
      for (BoundedQueue.Item item = queue.take(); item != null; item = queue.take()) {
        counts.lost(item.rows());
        free(item);
      }
    }
  }

  private void work() {
    while (!queue.hasEnded()) {
      BoundedQueue.Item item = queue.take(nanosUntilDue());
      if (item instanceof LoggedCall call) {
        taken = 0;
        guard(call, () -> answered(call));
        free(call);
      } else if (item instanceof Mark mark) {
        guard(null, () -> commitAll(mark.seals()));
        free(mark);
      }
      if (item == null || nanosUntilDue() <= 0) {
        guard(null, () -> commitAll(false));
      }
    }
    guard(null, () -> commitAll(true));
    counts.written(-waiting);
    counts.lost(waiting);
    open.values().forEach(one -> guard(null, () -> end(one)));
    open.clear();
  }

  private void free(BoundedQueue.Item item) {
    guard(null, item::close);
  }

  private void end(Open one) {
    abandon(one);
    one.close();
  }

  /** Counts the rows of a call that fails, but for those that were taken before. */
  private void guard(@Nullable LoggedCall call, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      int left = call == null ? 0 : call.rows() - taken;
      counts.failed(left, "cannot log the rows of a call", e);
    }
  }

  private long nanosUntilDue() {
    return waiting > 0
        ? nanos(settings.acknowledgeEvery()) - (System.nanoTime() - uncommittedSince)
        : nanos(idle());
  }

  /** The largest long for more than 292 years. */
  private static long nanos(Duration time) {
    return TimeUnit.NANOSECONDS.convert(time);
  }

  private Duration idle() {
    Duration quarter = settings.rotateAfter().dividedBy(4);
    return quarter.compareTo(LONGEST_IDLE) < 0 ? quarter.plusMillis(1) : LONGEST_IDLE;
  }

  private void answered(LoggedCall call) {
    Open target = target(call);
    try (PreparedRows rows = PreparedRows.of(target.plan, call, threshold, settings.allocator())) {
      long size = rows.bytesPerRow();
      if (call.rows() > target.block.room(size)) {
        commitAll(false); // so that the rows of a call stay together if they fit a block at all
      }
      for (int from = 0; from < call.rows(); ) {
        int count = Math.min(call.rows() - from, target.block.room(size));
        if (count == 0) {
          if (!commitAll(false)) {
            counts.lost(call.rows() - from); // closing, and the disk is full
            return;
          }
          continue;
        }
        target.block.append(call, rows, from, count);
        if (waiting == 0) {
          uncommittedSince = System.nanoTime();
        }
        waiting += count;
        taken += count;
        counts.written(count);
        from += count;
      }
    }
  }

  private Open target(LoggedCall call) {
    Kind kind =
        new Kind(
            call.servedBy(),
            call.route(),
            call.features().root().getSchema(),
            call.outputs().root().getSchema());
    Open known = open.get(kind);
    if (known != null) {
      return known;
    }
    if (open.size() >= MOST_OPEN && commitAll(false)) {
      Iterator<Open> eldestFirst = open.values().iterator();
      try (Open eldest = eldestFirst.next()) {
        eldestFirst.remove();
        seal(eldest);
      }
    }
    RowPlan plan =
        RowPlan.of(settings, call.servedBy(), call.route(), call.features(), call.outputs());
    Open made = new Open(plan, new RowBlock(plan.schema(), settings));
    open.put(kind, made);
    return made;
  }

  /**
   * Writes all blocks, waiting for a full disk. False only if the log is closing and the disk does
   * not take them.
   */
  private boolean commitAll(boolean seals) {
    while (!tryCommitAll()) {
      guard(null, files::retain); // may free the space that is missing
      if (isClosing()) {
        return tryCommitAll();
      }
    }
    open.values().stream().filter(one -> seals || isDue(one)).forEach(this::seal);
    guard(null, files::retain);
    return true;
  }

  private boolean isClosing() {
    try {
      return closing.await(RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false; // only close() ends this thread
    }
  }

  private boolean tryCommitAll() {
    try {
      requireFolder();
      for (Open one : open.values()) {
        if (one.block.rows() > 0) {
          commit(one);
        } else {
          one.block.release();
        }
      }
      counts.recovered();
      return true;
    } catch (IOException e) {
      counts.problem(settings.folder() + ": cannot write: " + e.getMessage(), e);
      return false;
    }
  }

  /** Begins other files if the folder vanished, because those that are open went with it. */
  private void requireFolder() throws IOException {
    try {
      files.requireFolder();
    } catch (IOException e) {
      open.values().forEach(this::abandon);
      throw e;
    }
  }

  private void commit(Open one) throws IOException {
    RowBlock block = one.block;
    int rows = block.rows();
    SegmentWriter writer = one.writer;
    try {
      if (writer == null) {
        Segment segment = files.begin();
        one.segment = segment;
        writer =
            SegmentWriter.create(
                segment.data(), segment.index(), one.plan.schema(), settings.codec());
        one.writer = writer;
        one.begun = settings.clock().instant();
      }
      writer.append(block.root(), block.minAt(), block.maxAt(), block.ids(), block.hashes());
    } catch (IOException e) {
      abandon(one);
      throw e;
    } catch (RuntimeException | Error e) {
      abandon(one);
      waiting -= rows;
      block.clear(); // it would fail again
      counts.written(-rows);
      counts.failed(rows, "cannot write a block of rows", e);
      return;
    }
    waiting -= rows;
    counts.acknowledged(rows);
    files.grown(one.segment, writer);
    block.clear();
  }

  private void abandon(Open one) {
    if (one.writer != null) {
      one.writer.abandon();
    }
    if (one.segment != null) {
      files.ended(one.segment, one.writer != null && one.writer.rows() > 0);
    }
    one.writer = null;
    one.segment = null;
  }

  private boolean isDue(Open one) {
    return one.writer != null
        && (one.writer.bytes() >= settings.fileBytes()
            || Duration.between(one.begun, settings.clock().instant())
                    .abs()
                    .compareTo(settings.rotateAfter())
                >= 0); // also if the clock went back
  }

  private void seal(Open one) {
    if (one.writer == null || one.segment == null) {
      return;
    }
    try {
      one.writer.seal();
      files.grown(one.segment, one.writer);
      files.ended(one.segment, true);
      one.writer = null;
      one.segment = null;
    } catch (IOException e) {
      LOG.warn("{}: cannot complete a file, beginning another", settings.folder(), e);
      abandon(one); // its rows can be read without the seal
    }
  }
}

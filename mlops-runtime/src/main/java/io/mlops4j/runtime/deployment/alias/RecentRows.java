package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.alias.acceptance.RejectedVersionException;
import io.mlops4j.runtime.deployment.alias.acceptance.SelfTest;
import io.mlops4j.runtime.serving.HeldRows;
import io.mlops4j.runtime.serving.ServingModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows of recent calls, which the next version must answer before it serves. The first calls are
 * kept until there are enough rows, and then one call at each {@link #renew}. It replaces others
 * that are chosen at random, so that calls of all ages are left, most of them young.
 *
 * <p>A call that is not kept costs one read of a flag. Thread safe.
 */
final class RecentRows implements AutoCloseable {
  static final int MOST_ROWS = 256;
  static final int MOST_ROWS_OF_A_CALL = 32;
  static final long MOST_BYTES = 4 << 20;

  /** The objects of a column with few rows are larger than its values. */
  private static final long BYTES_OF_A_COLUMN = 1 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final BufferAllocator allocator;
  private final RandomGenerator random;
  private final BooleanSupplier rowsAreFixed;
  private final AtomicBoolean wanted = new AtomicBoolean(true);
  private final List<Kept> kept = new ArrayList<>();
  private int rows;
  private long bytes;
  private boolean closed;

  /**
   * @param random chooses rows of a call, and the calls that are replaced
   * @param rowsAreFixed whether a call must have as many rows as the model fixes, so that no rows
   *     of it can be left out
   */
  RecentRows(BufferAllocator allocator, RandomGenerator random, BooleanSupplier rowsAreFixed) {
    this.allocator = allocator;
    this.random = random;
    this.rowsAreFixed = rowsAreFixed;
  }

  /** The rows of a call. */
  sealed interface Kept extends AutoCloseable {
    int rows();

    long bytes();

    /** Returns a handle on the same rows, which the caller closes. */
    Kept retain();

    /**
     * Calls a version with the rows.
     *
     * @throws RejectedVersionException if the answer is not acceptable
     */
    void ask(ServingModel model, SelfTest test);

    @Override
    void close();
  }

  record KeptBatch(FeatureBatch batch, long bytes) implements Kept {
    @Override
    public int rows() {
      return batch.rows();
    }

    @Override
    public Kept retain() {
      return new KeptBatch(batch.retain(), bytes);
    }

    @Override
    public void ask(ServingModel model, SelfTest test) {
      test.run(batch);
    }

    @Override
    public void close() {
      batch.close();
    }
  }

  /** Records are kept as they are: making columns of them takes a caller longer. */
  private record KeptRecords(RowKey key, List<? extends Record> records, long bytes)
      implements Kept {
    @Override
    public int rows() {
      return records.size();
    }

    @Override
    public Kept retain() {
      return this;
    }

    @Override
    @SuppressWarnings("unchecked") // the key has the class of the records
    public void ask(ServingModel model, SelfTest test) {
      HeldRows<Record, ?> bound = (HeldRows<Record, ?>) CurrentModel.bind(key, model);
      RecordParts parts = key.inputParts();
      boolean[] finite = new boolean[records.size()];
      for (int row = 0; row < finite.length; row++) {
        finite[row] = parts.isFinite(records.get(row));
      }
      test.run(bound, List.copyOf(records), finite);
    }

    @Override
    public void close() {}
  }

  /** Returns whether the next call that is offered will be kept. */
  boolean wantsRows() {
    return wanted.get();
  }

  private boolean takes(int count) {
    return wantsRows() && count > 0 && wanted.compareAndSet(true, false);
  }

  /** Copies rows of a batch that was answered, if rows are wanted; never throws. */
  void offer(FeatureBatch batch) {
    if (takes(batch.rows())) {
      try {
        keep(batch, most(batch.rows()));
      } catch (RuntimeException | Error e) {
        notKept(e);
      }
    }
  }

  /** Keeps a record that was answered, if rows are wanted; never throws. */
  void offer(RowKey key, Record row) {
    if (takes(1)) {
      try {
        keep(key, List.of(row));
      } catch (RuntimeException | Error e) {
        notKept(e);
      }
    }
  }

  /** Keeps some of the records that were answered, if rows are wanted; never throws. */
  void offer(RowKey key, List<? extends Record> records) {
    if (takes(records.size())) {
      try {
        int count = most(records.size());
        int from = from(records.size(), count);
        keep(key, List.copyOf(records.subList(from, from + count)));
      } catch (RuntimeException | Error e) {
        notKept(e);
      }
    }
  }

  /** The caller has its answer. */
  private static void notKept(Throwable why) {
    LOG.debug("no rows are kept for the next version", why);
  }

  private int most(int count) {
    return rowsAreFixed.getAsBoolean() ? count : Math.min(MOST_ROWS_OF_A_CALL, count);
  }

  private synchronized int from(int all, int count) {
    return all == count ? 0 : random.nextInt(all - count + 1);
  }

  private void keep(RowKey key, List<? extends Record> records) {
    RecordParts parts = key.inputParts();
    add(new KeptRecords(key, records, records.stream().mapToLong(parts::bytes).sum()));
  }

  /** Keeps so many rows of a batch or, if they are too large, as many as may be kept. */
  private void keep(FeatureBatch batch, int count) {
    try (FeatureBatch some = batch.slice(from(batch.rows(), count), count)) {
      long size = bytes(some);
      if (size <= MOST_BYTES) {
        // Borrowed rows are copied; a further handle would keep the caller's whole batch.
        try (FeatureBatch view = FeatureBatch.of(some.root(), some.dictionaries());
            FeatureBatch lent = BatchLending.lend(view, allocator)) {
          add(new KeptBatch(lent.retain(), size));
        }
        return;
      }
    }
    if (count > 1 && !rowsAreFixed.getAsBoolean()) {
      keep(batch, count / 2);
    }
  }

  private static long bytes(FeatureBatch batch) {
    long bytes = 0;
    for (FieldVector vector : batch.root().getFieldVectors()) {
      bytes += BYTES_OF_A_COLUMN + vector.getBufferSize();
    }
    for (long id : batch.dictionaries().getDictionaryIds()) {
      bytes += batch.dictionaries().lookup(id).getVector().getBufferSize();
    }
    return bytes;
  }

  private synchronized void add(Kept call) {
    if (closed || call.bytes() > MOST_BYTES) {
      call.close();
      return;
    }
    rows += call.rows();
    bytes += call.bytes();
    boolean full = false;
    while (!kept.isEmpty() && (rows > MOST_ROWS || bytes > MOST_BYTES)) {
      full = true;
      int chosen = random.nextInt(kept.size());
      Kept last = kept.remove(kept.size() - 1);
      Kept replaced = chosen == kept.size() ? last : kept.set(chosen, last);
      rows -= replaced.rows();
      bytes -= replaced.bytes();
      replaced.close();
    }
    kept.add(call);
    wanted.set(!full && rows < MOST_ROWS);
  }

  /** Requests one more call; never waits long. */
  synchronized void renew() {
    wanted.set(!closed);
  }

  /** The calls, which the caller closes. */
  synchronized List<Kept> calls() {
    List<Kept> calls = new ArrayList<>(kept.size());
    kept.forEach(call -> calls.add(call.retain()));
    return calls;
  }

  @Override
  public synchronized void close() {
    closed = true;
    wanted.set(false);
    kept.forEach(Kept::close);
    kept.clear();
  }
}

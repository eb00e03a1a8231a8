package io.mlops4j.inference;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Groups waiting calls into one engine run. Single records ({@link RowModel#predict(Record)} and
 * {@link RowModel#predictAsync}) are grouped with records. Small batches ({@link
 * Model#predict(io.mlops4j.feature.FeatureBatch)} and {@link Model#predictAsync}) are grouped with
 * batches. A call never waits to be grouped. Only calls that queued up while all processors were
 * busy are grouped, and the thread that gets the next free processor runs them. Rows of different
 * shapes, such as lists of different lengths, are not mixed. Dictionaries, and columns that the
 * model does not read, may differ. Immutable and thread safe: every {@code with} method returns a
 * changed copy.
 *
 * <p>A batch that has more rows than one run may have is run alone, and never waits. The same is
 * true of lists of records. Each batch gets its own {@link Prediction}, and its own event for
 * listeners. Batches are never grouped if the model fixes the number of rows, or if an output does
 * not have one row for each input row. The model's declaration shows this if the first dimension of
 * an output has a name that no input's first dimension has. If the model does not declare that
 * dimension, the first grouped run shows it, because the output's length differs. Do not use
 * batching if such a length may equal the number of rows by coincidence.
 *
 * <p>Grouping pays for a model whose run costs much for one row and little for each further row,
 * such as a network with large weights, if many calls have the same shape. A queue costs a call
 * some microseconds, and wakes its thread. Therefore a call is answered alone, in its own thread,
 * while there are no more callers than processors, and always if a single call takes less than 30
 * µs. Otherwise a few calls of each shape are measured alone and in groups, and calls of a shape
 * are grouped if they then take clearly less processor time: three tenths less, and 30 µs less.
 * That is repeated more and more rarely. Calls of more than 256 shapes (for batches: pairs of shape
 * and number of rows) are not measured: those of further shapes are answered alone. {@link
 * #withoutMeasuring} always groups. All this is true of calls that wait in their own thread.
 * Asynchronous calls always go through the queue, and may be grouped whatever was measured.
 *
 * <p>Models of one runtime that group calls share its processors in the order in which calls
 * arrived. A long run of one model may delay the queued calls of another for about as long. Do not
 * use batching for a model that must not wait, or open a separate runtime for it.
 *
 * <p>Batching is only for models whose answer for a row does not depend on the other rows, which is
 * true of nearly all models. The answers of a run equal, bit for bit, the answers to one batch of
 * all its rows. They may differ in their last bits from the answers to each row alone, because an
 * engine may compute a different number of rows in a different order.
 *
 * <p>If a run fails, or the deadline of one of its calls passes, its records or batches run again,
 * each alone, so a failure affects only its own caller. Cancelling a call does not affect the
 * others. A run is ended if all its calls were cancelled.
 */
public final class MicroBatching {
  private static final int QUEUED = 10_000;

  private final int rows;
  private final int queued;
  private final @Nullable Duration waiting;
  private final boolean measured;

  private MicroBatching(int rows, int queued, @Nullable Duration waiting, boolean measured) {
    this.rows = rows;
    this.queued = queued;
    this.waiting = waiting;
    this.measured = measured;
  }

  /**
   * Groups up to a number of rows into one run. At most 10 000 rows wait.
   *
   * @param rows the largest number of rows in one run, 1 or more; a record is one row, and 1 groups
   *     nothing
   * @return the setting
   * @throws IllegalArgumentException if the number is below 1
   */
  public static MicroBatching upTo(int rows) {
    return new MicroBatching(atLeastOne("rows", rows), QUEUED, null, true);
  }

  private static int atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": found " + value + ", expected 1 or more");
    }
    return value;
  }

  /**
   * Limits the queue. A record or batch that does not fit into it is rejected with {@link
   * io.mlops4j.error.OverloadedException}; one that finds an empty queue is never rejected. A
   * record counts as one row, a batch as all its rows. Each class of records has its own queue, and
   * all batches share one.
   *
   * @param queued the largest number of waiting rows, 1 or more
   * @return a changed copy
   * @throws IllegalArgumentException if the number is below 1
   */
  public MicroBatching withQueueLimit(int queued) {
    return new MicroBatching(rows, atLeastOne("queued", queued), waiting, measured);
  }

  /**
   * Limits the time in the queue. A record or batch that does not start within it is rejected with
   * {@link io.mlops4j.error.OverloadedException}.
   *
   * @param time the longest time in the queue, more than zero
   * @return a changed copy
   * @throws IllegalArgumentException if the time is zero or negative
   */
  public MicroBatching withWaitLimit(Duration time) {
    if (time.isZero() || time.isNegative()) {
      throw new IllegalArgumentException("time: found " + time + ", expected more than zero");
    }
    return new MicroBatching(rows, queued, time, measured);
  }

  /**
   * Always groups waiting calls, without measuring whether that is faster, and however short a run
   * is.
   *
   * @return a changed copy
   */
  public MicroBatching withoutMeasuring() {
    return new MicroBatching(rows, queued, waiting, false);
  }

  /**
   * Returns the largest number of rows in one run.
   *
   * @return 1 or more
   */
  public int rows() {
    return rows;
  }

  /**
   * Returns the largest number of waiting rows.
   *
   * @return 1 or more
   */
  public int queueLimit() {
    return queued;
  }

  /**
   * Returns the longest time in the queue.
   *
   * @return more than zero; empty without a limit
   */
  public Optional<Duration> waitLimit() {
    return Optional.ofNullable(waiting);
  }

  /**
   * Returns whether the model measures if grouping is faster.
   *
   * @return false after {@link #withoutMeasuring}
   */
  public boolean measured() {
    return measured;
  }
}

package io.mlops4j.inference;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How single records ({@link RowModel#predict(Record)} and its asynchronous twin) and small batches
 * ({@link Model#predict(io.mlops4j.feature.FeatureBatch)} and its) are asked together: records with
 * records, batches with batches. Nothing ever waits for company: only what piled up while every
 * processor was busy is answered in one run, by the thread that got the next free one. What has
 * rows of another shape, as lists of another length, is not mixed; dictionaries and columns that
 * the model does not take may differ. Immutable: every method returns a changed copy.
 *
 * <p>A batch of more rows than are answered in one run is asked alone and never waits, and so are
 * lists of records. Each batch gets a {@link Prediction} of its own, as if it had been asked alone,
 * and listeners hear of it by itself. Batches are never joined for a model that fixes the number of
 * rows, or one of whose outputs is not a row for each: an output whose first dimension has a name
 * that those of the inputs have not counts as such, and what the model leaves open is seen at the
 * first run for several, whose outputs have other lengths then. Where an output of unnamed length
 * may be as long as the batch by coincidence, leave batching off.
 *
 * <p>A queue costs some microseconds a call, which a small model does not earn back. So, while more
 * callers ask than there are processors, short stretches are tried the other way, and the way with
 * the shorter calls goes on; {@link #withoutMeasuring} leaves that out.
 *
 * <p>Models of one runtime that ask together what piles up share its processors, in the order in
 * which calls came: a long run of one model may keep the queued calls of another for about as long.
 * Leave batching off for a model that must not wait, or give it a runtime of its own.
 *
 * <p>Only for models whose answer for a row does not depend on the rows beside it, as nearly all
 * are. The answers of one run are to the bit what the engine gives for all its rows as one batch.
 * They may differ from those to the same rows asked alone in their last bits, where the engine
 * computes another number of rows in another order.
 *
 * <p>A record or batch that fails does not fail its neighbours: they are asked again, each alone.
 * The same happens when the deadline of one passes while they run together. Who cancels leaves the
 * others alone; a run that nobody wants any more is ended.
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
   * Collects up to a number of rows; at most 10 000 wait.
   *
   * @param rows the most that are answered in one run, 1 or more; 1 collects nothing. A record is
   *     one row
   * @return the setting
   * @throws IllegalArgumentException if it is below 1
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
   * Bounds the queue: a record or batch that finds it full is refused with {@link
   * io.mlops4j.error.OverloadedException}. A record is one row, a batch as many as it has; one that
   * nobody waits before is never refused. Records of each class have a queue of their own, and
   * batches one.
   *
   * @param queued the most rows that wait, 1 or more
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public MicroBatching withQueueLimit(int queued) {
    return new MicroBatching(rows, atLeastOne("queued", queued), waiting, measured);
  }

  /**
   * Bounds the time in the queue: a record or batch that is not taken up within it is refused with
   * {@link io.mlops4j.error.OverloadedException}.
   *
   * @param time more than zero
   * @return a changed copy
   * @throws IllegalArgumentException if it is zero or negative
   */
  public MicroBatching withWaitLimit(Duration time) {
    if (time.isZero() || time.isNegative()) {
      throw new IllegalArgumentException("time: found " + time + ", expected more than zero");
    }
    return new MicroBatching(rows, queued, time, measured);
  }

  /**
   * Asks together whatever piled up, without measuring whether that is faster here.
   *
   * @return a changed copy
   */
  public MicroBatching withoutMeasuring() {
    return new MicroBatching(rows, queued, waiting, false);
  }

  /**
   * The most rows that are answered in one run.
   *
   * @return 1 or more
   */
  public int rows() {
    return rows;
  }

  /**
   * The most rows that wait.
   *
   * @return 1 or more
   */
  public int queueLimit() {
    return queued;
  }

  /**
   * The longest time in the queue.
   *
   * @return empty without a bound
   */
  public Optional<Duration> waitLimit() {
    return Optional.ofNullable(waiting);
  }

  /**
   * Whether it is measured if asking together is faster.
   *
   * @return false after {@link #withoutMeasuring}
   */
  public boolean measured() {
    return measured;
  }
}

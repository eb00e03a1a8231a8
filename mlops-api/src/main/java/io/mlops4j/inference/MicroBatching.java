package io.mlops4j.inference;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How single records ({@link RowModel#predict(Record)} and its asynchronous twin) are asked
 * together. Nothing ever waits for company: only what piled up while every processor was busy is
 * answered in one run, by the thread that got the next free one. Records whose arrays have other
 * lengths are not mixed. Immutable: every method returns a changed copy.
 *
 * <p>A queue costs some microseconds a record, which a small model does not earn back. So, while
 * more callers ask than there are processors, short stretches are tried the other way, and what
 * answered more records in the same time goes on; {@link #always} leaves that out.
 *
 * <p>Only for models whose answer for a row does not depend on the rows beside it, as nearly all
 * are. Rows in one run may differ from rows asked alone in their last bits, where the engine
 * computes many rows in another order than one.
 *
 * <p>A record that fails does not fail its neighbours: they are asked again, each alone. The same
 * happens when the deadline of one passes while they run together.
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
   * Collects up to a number of records; at most 10 000 wait.
   *
   * @param rows the most that are answered in one run, 1 or more; 1 collects nothing
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
   * Bounds the queue: a record that finds it full is refused with {@link
   * io.mlops4j.error.OverloadedException}.
   *
   * @param records the most that wait, 1 or more
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public MicroBatching atMostQueued(int records) {
    return new MicroBatching(rows, atLeastOne("records", records), waiting, measured);
  }

  /**
   * Bounds the time in the queue: a record that is not taken up within it is refused with {@link
   * io.mlops4j.error.OverloadedException}.
   *
   * @param time more than zero
   * @return a changed copy
   * @throws IllegalArgumentException if it is zero or negative
   */
  public MicroBatching atMostWaiting(Duration time) {
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
  public MicroBatching always() {
    return new MicroBatching(rows, queued, waiting, false);
  }

  /**
   * The most records that are answered in one run.
   *
   * @return 1 or more
   */
  public int rows() {
    return rows;
  }

  /**
   * The most records that wait.
   *
   * @return 1 or more
   */
  public int queued() {
    return queued;
  }

  /**
   * The longest time in the queue.
   *
   * @return empty without a bound
   */
  public Optional<Duration> waiting() {
    return Optional.ofNullable(waiting);
  }

  /**
   * Whether it is measured if asking together is faster.
   *
   * @return false after {@link #always}
   */
  public boolean measured() {
    return measured;
  }
}

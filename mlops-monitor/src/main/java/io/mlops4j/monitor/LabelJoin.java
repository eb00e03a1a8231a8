package io.mlops4j.monitor;

import io.mlops4j.monitor.live.rows.JoinRule;
import io.mlops4j.monitor.live.watch.labels.KeyedRows;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rule by which labels find their predictions. Immutable.
 *
 * <p>Predictions wait for their label for the time of {@link #within}, in a store that is bounded
 * by {@link #waitingRows} and drops its oldest rows first. A label may also arrive before its
 * prediction, because calls with single records reach a monitor in blocks. Such labels wait in a
 * store of their own, so labels without a prediction remove no prediction. A key names one row; its
 * first label counts.
 */
public final class LabelJoin {
  private static final Duration DEFAULT_DELAY = Duration.ofDays(1);
  private static final Duration MOST_DELAY = Duration.ofDays(365_000);

  private final @Nullable String keyColumn;
  private final Duration delay;
  private final int waitingRows;
  private final int earlyLabels;

  private LabelJoin(@Nullable String keyColumn, Duration delay, int waitingRows, int earlyLabels) {
    this.keyColumn = keyColumn;
    this.delay = delay;
    this.waitingRows = waitingRows;
    this.earlyLabels = earlyLabels;
  }

  private static LabelJoin by(@Nullable String keyColumn) {
    return new LabelJoin(keyColumn, DEFAULT_DELAY, 1_000_000, 100_000);
  }

  /**
   * Joins by a key of the application, which travels with the rows and never enters the model.
   *
   * @param column the key column, of text or whole numbers
   * @return a join in which predictions wait for a day
   */
  public static LabelJoin byKey(String column) {
    return by(Objects.requireNonNull(column, "column"));
  }

  /**
   * Joins by the id of the prediction.
   *
   * @return a join in which predictions wait for a day
   */
  public static LabelJoin byPredictionId() {
    return by(null);
  }

  /**
   * Returns the same join with another waiting time, by the monitor's clock.
   *
   * @param delay how long a prediction waits for its label, more than zero
   * @return a changed copy
   * @throws IllegalArgumentException if {@code delay} is not more than zero
   */
  public LabelJoin within(Duration delay) {
    if (Objects.requireNonNull(delay, "delay").isNegative() || delay.isZero()) {
      throw new IllegalArgumentException("delay: found " + delay + ", expected more than zero");
    }
    return new LabelJoin(keyColumn, delay, waitingRows, earlyLabels);
  }

  /**
   * Bounds the number of predictions that are stored. The default is a million. A prediction is
   * stored while it waits, and its key for the same time again, so that late and second labels are
   * recognised. A row takes 41 bytes, 4 to 11 more in an index, 8 for each class beyond the first
   * and 2 for each group column.
   *
   * @param rows 1 to 2<sup>30</sup>
   * @return a changed copy
   * @throws IllegalArgumentException if it is outside
   */
  public LabelJoin waitingRows(int rows) {
    return new LabelJoin(keyColumn, delay, inStore("rows", rows), earlyLabels);
  }

  /**
   * Bounds the number of labels that wait for their prediction. The default is 100 000, which take
   * 5 MB.
   *
   * @param labels 1 to 2<sup>30</sup>
   * @return a changed copy
   * @throws IllegalArgumentException if it is outside
   */
  public LabelJoin earlyLabels(int labels) {
    return new LabelJoin(keyColumn, delay, waitingRows, inStore("labels", labels));
  }

  private static int inStore(String name, int number) {
    if (number < 1 || number > KeyedRows.MOST) {
      throw new IllegalArgumentException(
          name + ": found " + number + ", expected 1 to " + KeyedRows.MOST);
    }
    return number;
  }

  JoinRule rule() {
    Duration atMost = delay.compareTo(MOST_DELAY) > 0 ? MOST_DELAY : delay;
    return new JoinRule(keyColumn, atMost.toMillis(), waitingRows, earlyLabels);
  }
}

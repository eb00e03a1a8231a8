package io.mlops4j.monitor;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rule by which labels find their predictions. Immutable.
 *
 * <p>Predictions wait for their label for the time of {@link #within}, in a bounded store that
 * drops its oldest entries first. A label may also arrive before its prediction, because calls with
 * single records reach a monitor in blocks.
 */
public final class LabelJoin {
  private static final Duration DEFAULT_DELAY = Duration.ofDays(1);

  private final @Nullable String keyColumn;
  private final Duration delay;

  private LabelJoin(@Nullable String keyColumn, Duration delay) {
    this.keyColumn = keyColumn;
    this.delay = delay;
  }

  /**
   * Joins by a key of the application, which travels with the rows and never enters the model.
   *
   * @param column the key column, of text or whole numbers
   * @return a join in which predictions wait for a day
   */
  public static LabelJoin byKey(String column) {
    return new LabelJoin(Objects.requireNonNull(column, "column"), DEFAULT_DELAY);
  }

  /**
   * Joins by the id of the prediction.
   *
   * @return a join in which predictions wait for a day
   */
  public static LabelJoin byPredictionId() {
    return new LabelJoin(null, DEFAULT_DELAY);
  }

  /**
   * Returns the same join with another waiting time, by the monitor's clock.
   *
   * @param delay how long a prediction waits for its label, more than zero
   * @return a changed copy
   * @throws IllegalArgumentException if {@code delay} is not more than zero
   */
  public LabelJoin within(Duration delay) {
    if (delay.isNegative() || delay.isZero()) {
      throw new IllegalArgumentException("delay: found " + delay + ", expected more than zero");
    }
    return new LabelJoin(keyColumn, delay);
  }

  @Nullable String keyColumn() {
    return keyColumn;
  }

  Duration delay() {
    return delay;
  }
}

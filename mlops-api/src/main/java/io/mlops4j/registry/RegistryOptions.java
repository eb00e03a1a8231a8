package io.mlops4j.registry;

import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

/**
 * How a registry is opened. Immutable: every method returns a changed copy; share an instance
 * freely.
 */
public final class RegistryOptions {
  private static final RegistryOptions DEFAULTS =
      new RegistryOptions(Retention.withDefaults(), Clock.systemUTC(), Duration.ofMillis(500));

  private final Retention retention;
  private final Clock clock;
  private final Duration interval;

  private RegistryOptions(Retention retention, Clock clock, Duration interval) {
    this.retention = retention;
    this.clock = clock;
    this.interval = interval;
  }

  /**
   * The default retention, the system's clock, two looks a second at what is watched.
   *
   * @return the options of a registry that is opened without options
   */
  public static RegistryOptions withDefaults() {
    return DEFAULTS;
  }

  /**
   * Says what may be deleted here. It binds this process only; give every process that deletes the
   * same.
   *
   * @param retention what may be deleted, and when its bytes go
   * @return a changed copy
   */
  public RegistryOptions retention(Retention retention) {
    return new RegistryOptions(Objects.requireNonNull(retention, "retention"), clock, interval);
  }

  /**
   * Takes the time of records, floors and leases from another clock.
   *
   * @param clock the clock
   * @return a changed copy
   */
  public RegistryOptions clock(Clock clock) {
    return new RegistryOptions(retention, Objects.requireNonNull(clock, "clock"), interval);
  }

  /**
   * Looks at watched aliases at another interval.
   *
   * @param interval more than zero, in real time
   * @return a changed copy
   * @throws IllegalArgumentException if the interval is not more than zero
   */
  public RegistryOptions every(Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException(
          "interval: found " + interval + ", expected more than zero");
    }
    return new RegistryOptions(retention, clock, interval);
  }

  /**
   * What may be deleted.
   *
   * @return the retention
   */
  public Retention retention() {
    return retention;
  }

  /**
   * Where times come from.
   *
   * @return the clock
   */
  public Clock clock() {
    return clock;
  }

  /**
   * How often watched aliases are looked at.
   *
   * @return more than zero
   */
  public Duration interval() {
    return interval;
  }
}

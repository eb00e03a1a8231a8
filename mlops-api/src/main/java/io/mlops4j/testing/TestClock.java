package io.mlops4j.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until a test moves it. Thread safe. */
public final class TestClock extends Clock {
  private final AtomicReference<Instant> now;
  private final ZoneId zone;

  private TestClock(AtomicReference<Instant> now, ZoneId zone) {
    this.now = now;
    this.zone = zone;
  }

  /**
   * Returns a clock in UTC.
   *
   * @param time the time at which it stands
   * @return a new clock
   */
  public static TestClock at(Instant time) {
    return new TestClock(
        new AtomicReference<>(Objects.requireNonNull(time, "time")), ZoneOffset.UTC);
  }

  /**
   * Moves the clock.
   *
   * @param time the time that passes; a negative one sets the clock back
   */
  public void advance(Duration time) {
    Objects.requireNonNull(time, "time");
    now.updateAndGet(before -> Objects.requireNonNull(before).plus(time));
  }

  /**
   * Sets the clock.
   *
   * @param time the new time, which may be earlier
   */
  public void set(Instant time) {
    now.set(Objects.requireNonNull(time, "time"));
  }

  @Override
  public Instant instant() {
    return Objects.requireNonNull(now.get());
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  /**
   * Returns this clock in another zone.
   *
   * @param zone the zone
   * @return a clock that moves with this one
   */
  @Override
  public TestClock withZone(ZoneId zone) {
    return new TestClock(now, Objects.requireNonNull(zone, "zone"));
  }
}

package io.mlops4j.monitor.report;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The axis of time that all charts of a page share, in UTC. */
final class TimeAxis {
  static final int LEFT = 56;
  static final int RIGHT = Chart.WIDTH - 4;

  private static final Duration DAYS = Duration.ofDays(3);

  /** An {@link Instant} may be a year beyond what has a date. */
  private static final Instant FIRST = LocalDateTime.MIN.toInstant(ZoneOffset.UTC);

  private static final Instant LAST = LocalDateTime.MAX.toInstant(ZoneOffset.UTC);

  private static final DateTimeFormatter DAY = format("uuuu-MM-dd");
  private static final DateTimeFormatter HOUR = format("MM-dd HH:mm");
  private static final DateTimeFormatter SECOND = format("HH:mm:ss");

  private final Instant from;
  private final Instant to;

  TimeAxis(Instant from, Instant to) {
    this.from = from;
    this.to = to;
  }

  private static DateTimeFormatter format(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
  }

  Instant from() {
    return from;
  }

  Instant to() {
    return to;
  }

  /** The horizontal position of a time; the middle if the axis has no length. */
  double x(Instant at) {
    double length = seconds(from, to);
    double share = length == 0 ? 0.5 : seconds(from, at) / length;
    return LEFT + Math.max(0, Math.min(1, share)) * (RIGHT - LEFT);
  }

  private static double seconds(Instant a, Instant b) {
    Duration between = Duration.between(a, b);
    return between.getSeconds() + 1e-9 * between.getNano();
  }

  /** Writes the times at both ends and in the middle. */
  void write(Markup out, double y) {
    Instant middle = from.plus(Duration.between(from, to).dividedBy(2));
    Chart.label(out, LEFT, y, "start", text(from));
    Chart.label(out, (LEFT + RIGHT) / 2.0, y, "middle", text(middle));
    Chart.label(out, RIGHT, y, text(to));
  }

  /** A time, with as many digits as the length of the axis needs. */
  String text(Instant at) {
    Duration length = Duration.between(from, to);
    DateTimeFormatter format =
        length.compareTo(DAYS) >= 0 ? DAY : length.toHours() >= 1 ? HOUR : SECOND;
    return format.format(at.isBefore(FIRST) ? FIRST : at.isAfter(LAST) ? LAST : at);
  }
}

package io.mlops4j.runtime.cli.shell;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts times and durations of a command line. */
public final class TimeConverters {
  private TimeConverters() {}

  /**
   * Converts a time with its offset. A time in whole seconds means the end of that second, so that
   * the time of a record as the commands print it finds the record.
   */
  public static final class ToInstant implements ITypeConverter<Instant> {
    /** For Picocli. */
    public ToInstant() {}

    @Override
    public Instant convert(String text) {
      try {
        Instant time = OffsetDateTime.parse(text).toInstant();
        return text.indexOf('.') < 0 ? time.plusNanos(999_999_999) : time;
      } catch (DateTimeException e) {
        throw new TypeConversionException(
            "found \""
                + text
                + "\"; expected a time with its offset, such as 2001-05-03T12:00:00Z");
      }
    }
  }

  /** Converts a duration: a whole number of s, m, h or d, or the ISO form. */
  public static final class ToDuration implements ITypeConverter<Duration> {
    /** For Picocli. */
    public ToDuration() {}

    private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})([smhd])");
    private static final Map<String, Duration> UNITS =
        Map.of(
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    @Override
    public Duration convert(String text) {
      Matcher parts = SHORT.matcher(text);
      if (parts.matches()) {
        return Objects.requireNonNull(UNITS.get(parts.group(2)))
            .multipliedBy(Long.parseLong(parts.group(1)));
      }
      try {
        return Duration.parse(text);
      } catch (DateTimeException e) {
        throw new TypeConversionException(
            "found \"" + text + "\"; expected a duration, such as 7d, 12h or PT36H");
      }
    }
  }
}

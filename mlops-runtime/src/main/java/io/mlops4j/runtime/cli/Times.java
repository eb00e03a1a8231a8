package io.mlops4j.runtime.cli;

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

/** Times as people write them. */
final class Times {
  private Times() {}

  /**
   * A moment, with an offset, as nobody knows whose midnight a bare date means. One in whole
   * seconds is the end of its second: what people are shown of a record's time finds the record.
   */
  static final class ToInstant implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
      try {
        Instant time = OffsetDateTime.parse(text).toInstant();
        return text.indexOf('.') < 0 ? time.plusNanos(999_999_999) : time;
      } catch (DateTimeException e) {
        throw new TypeConversionException(
            "found \"" + text + "\", expected a time with its offset, as 2001-05-03T12:00:00Z");
      }
    }
  }

  /** A span: a whole number of s, m, h or d, or the ISO form. */
  static final class ToDuration implements ITypeConverter<Duration> {
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
            "found \"" + text + "\", expected a span, as 7d, 12h or PT36H");
      }
    }
  }
}

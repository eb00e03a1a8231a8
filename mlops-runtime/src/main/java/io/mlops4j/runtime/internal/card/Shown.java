package io.mlops4j.runtime.internal.card;

import io.mlops4j.internal.Spans;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.registry.Change;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Formats values for people. */
public final class Shown {
  private static final char REPLACEMENT = '\ufffd';

  private Shown() {}

  /**
   * Replaces invisible characters that change the visible text: control characters, marks of the
   * direction of writing, unpaired surrogates. Line feeds remain.
   */
  public static String text(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    String lines = text.replace("\r\n", "\n").replace('\r', '\n');
    lines
        .codePoints()
        .forEach(
            c -> shown.appendCodePoint(c == '\n' || isSeen(c) ? c : c == '\t' ? ' ' : REPLACEMENT));
    return shown.toString();
  }

  private static boolean isSeen(int c) {
    boolean direction = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return !direction && !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE;
  }

  /** Writes six digits, the same on every JDK. */
  public static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(6)).stripTrailingZeros();
    boolean plain = value == 0 || (Math.abs(value) >= 1e-5 && Math.abs(value) < 1e15);
    return plain ? rounded.toPlainString() : rounded.toString();
  }

  /** Writes a value of a golden row or a replacement of nulls. */
  public static String value(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return "[" + String.join(", ", list.stream().map(Shown::value).toList()) + "]";
    } else if (value instanceof Float || value instanceof Double) {
      return number(((Number) value).doubleValue());
    }
    return value instanceof String text ? "\"" + text + "\"" : String.valueOf(value);
  }

  /** Writes an interval after "every", for example {@code 7 days} or {@code day}. */
  public static String every(Duration interval) {
    String span = span(interval);
    return span.startsWith("1 ") ? span.substring(2) : span;
  }

  /** Writes for example {@code 7 days}. */
  public static String span(Duration interval) {
    for (ChronoUnit unit : List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES)) {
      long count = interval.dividedBy(unit.getDuration());
      if (unit.getDuration().multipliedBy(count).equals(interval)) {
        String name = unit.toString().toLowerCase(Locale.ROOT);
        return count + " " + (count == 1 ? name.substring(0, name.length() - 1) : name);
      }
    }
    return Spans.text(interval);
  }

  /** Writes days if both ends are midnight in UTC. */
  public static String time(Instant from, Instant until) {
    return isMidnight(from) && isMidnight(until)
        ? day(from) + " until " + day(until) + " UTC"
        : from + " until " + until;
  }

  private static boolean isMidnight(Instant time) {
    return time.truncatedTo(ChronoUnit.DAYS).equals(time);
  }

  private static String day(Instant midnight) {
    String text = midnight.toString();
    return text.substring(0, text.indexOf('T'));
  }

  /** Writes what happens to a null, after the words "a null". */
  public static String nulls(NullPolicy policy) {
    if (policy instanceof NullPolicy.Replacement value) {
      return "becomes " + value(value.value());
    }
    return policy == NullPolicy.nan() ? "becomes NaN" : "is refused";
  }

  /** Writes the type of an input or output without its name. */
  public static String type(ValueSpec spec) {
    String text = spec.toString();
    String type = spec.name().isEmpty() ? text : text.substring(spec.name().length() + 2);
    return spec.optional() && !type.endsWith("?") ? type + "?" : type;
  }

  /** Writes the reason of a change in brackets, or an empty text. */
  public static String reason(Change change) {
    return change.reason().isEmpty() ? "" : " (" + change.reason() + ")";
  }
}

package io.mlops4j.monitor.drift;

import io.mlops4j.inference.ServedBy;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The subject of a {@link DriftReport}: the model, its version, the period of each side and the
 * date. Each part is optional. A report without a date has the same bytes whenever it is written.
 *
 * <p>Immutable and thread safe.
 */
public final class ReportSubject {
  private static final ReportSubject NONE = new ReportSubject(null, null, null, null, null);

  private final @Nullable String model;
  private final @Nullable String version;
  private final @Nullable String referencePeriod;
  private final @Nullable String currentPeriod;
  private final @Nullable Instant date;

  private ReportSubject(
      @Nullable String model,
      @Nullable String version,
      @Nullable String referencePeriod,
      @Nullable String currentPeriod,
      @Nullable Instant date) {
    this.model = model;
    this.version = version;
    this.referencePeriod = referencePeriod;
    this.currentPeriod = currentPeriod;
    this.date = date;
  }

  /** {@return a subject without any part} */
  public static ReportSubject withDefaults() {
    return NONE;
  }

  /**
   * States the model and its version.
   *
   * @param name the model's name
   * @param number its version in any form, for example {@code 2}
   * @return a changed copy
   */
  public ReportSubject withModel(String name, String number) {
    return new ReportSubject(
        Objects.requireNonNull(name, "name"),
        Objects.requireNonNull(number, "number"),
        referencePeriod,
        currentPeriod,
        date);
  }

  /**
   * States the model that answered, with its version in the registry or, for a model without one,
   * its abbreviated digest.
   *
   * @param servedBy the model that answered
   * @return a changed copy
   */
  public ReportSubject withModel(ServedBy servedBy) {
    return withModel(
        servedBy.model(),
        servedBy
            .version()
            .map(known -> Integer.toString(known.number()))
            .orElseGet(() -> servedBy.digest().abbreviated()));
  }

  /**
   * States the period of the reference's rows.
   *
   * @param words the period in words, for example {@code January 2001}
   * @return a changed copy
   */
  public ReportSubject withReferencePeriod(String words) {
    Objects.requireNonNull(words, "words");
    return new ReportSubject(model, version, words, currentPeriod, date);
  }

  /**
   * States the period of the reference's rows.
   *
   * @param from the time of the first row
   * @param to the time of the last row
   * @return a changed copy
   * @throws IllegalArgumentException if {@code to} is before {@code from}
   */
  public ReportSubject withReferencePeriod(Instant from, Instant to) {
    return withReferencePeriod(period(from, to));
  }

  /**
   * States the period of the current rows.
   *
   * @param words the period in words, for example {@code May 2001}
   * @return a changed copy
   */
  public ReportSubject withCurrentPeriod(String words) {
    Objects.requireNonNull(words, "words");
    return new ReportSubject(model, version, referencePeriod, words, date);
  }

  /**
   * States the period of the current rows.
   *
   * @param from the time of the first row
   * @param to the time of the last row
   * @return a changed copy
   * @throws IllegalArgumentException if {@code to} is before {@code from}
   */
  public ReportSubject withCurrentPeriod(Instant from, Instant to) {
    return withCurrentPeriod(period(from, to));
  }

  /**
   * Dates the report. This method reads the clock once.
   *
   * @param clock the clock
   * @return a changed copy
   */
  public ReportSubject withDate(Clock clock) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    return new ReportSubject(model, version, referencePeriod, currentPeriod, now);
  }

  private static String period(Instant from, Instant to) {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException(
          "to: found " + to + ", expected a time that is not before " + from);
    }
    Instant first = from.truncatedTo(ChronoUnit.SECONDS);
    return first + " to " + to.truncatedTo(ChronoUnit.SECONDS);
  }

  /** {@return the model's name; empty if it is unknown} */
  public Optional<String> model() {
    return Optional.ofNullable(model);
  }

  /** {@return the model's version; empty if it is unknown} */
  public Optional<String> version() {
    return Optional.ofNullable(version);
  }

  /** {@return the period of the reference's rows in words; empty if it is unknown} */
  public Optional<String> referencePeriod() {
    return Optional.ofNullable(referencePeriod);
  }

  /** {@return the period of the current rows in words; empty if it is unknown} */
  public Optional<String> currentPeriod() {
    return Optional.ofNullable(currentPeriod);
  }

  /**
   * {@return the date of the report; a time with a precision of seconds; empty if the report has no
   * date}
   */
  public Optional<Instant> date() {
    return Optional.ofNullable(date);
  }

  /**
   * Describes the subject in words.
   *
   * @return the known parts, each with its name
   */
  @Override
  public String toString() {
    return Stream.of(
            model().map(name -> "Model: " + name + ", version " + version),
            referencePeriod().map(period -> "Reference: " + period),
            currentPeriod().map(period -> "Current rows: " + period),
            date().map(time -> "Written: " + time))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(". "));
  }
}

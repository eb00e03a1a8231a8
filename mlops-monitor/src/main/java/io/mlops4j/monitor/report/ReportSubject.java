package io.mlops4j.monitor.report;

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
 * What a {@link DriftReport} is about: the model, its version, the period of each side and the date
 * of the report. Each part is optional. A report without a date has the same bytes whenever it is
 * written.
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

  /**
   * A subject of which nothing is known.
   *
   * @return a subject to add parts to
   */
  public static ReportSubject withDefaults() {
    return NONE;
  }

  /**
   * Names the model and its version.
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
   * Names the model that answered: its version in the registry, or else its digest, shortened.
   *
   * @param servedBy who answered
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
   * States when the rows of the reference are from.
   *
   * @param words the period in words, for example {@code January 2001}
   * @return a changed copy
   */
  public ReportSubject withReferencePeriod(String words) {
    Objects.requireNonNull(words, "words");
    return new ReportSubject(model, version, words, currentPeriod, date);
  }

  /**
   * States when the rows of the reference are from.
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
   * States when the rows that are compared are from.
   *
   * @param words the period in words, for example {@code May 2001}
   * @return a changed copy
   */
  public ReportSubject withCurrentPeriod(String words) {
    Objects.requireNonNull(words, "words");
    return new ReportSubject(model, version, referencePeriod, words, date);
  }

  /**
   * States when the rows that are compared are from.
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
   * Dates the report. The clock is read once, by this method.
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

  /**
   * The model's name.
   *
   * @return empty when it is not known
   */
  public Optional<String> model() {
    return Optional.ofNullable(model);
  }

  /**
   * The model's version.
   *
   * @return empty when it is not known
   */
  public Optional<String> version() {
    return Optional.ofNullable(version);
  }

  /**
   * When the rows of the reference are from.
   *
   * @return in words; empty when it is not known
   */
  public Optional<String> referencePeriod() {
    return Optional.ofNullable(referencePeriod);
  }

  /**
   * When the rows that are compared are from.
   *
   * @return in words; empty when it is not known
   */
  public Optional<String> currentPeriod() {
    return Optional.ofNullable(currentPeriod);
  }

  /**
   * The date of the report.
   *
   * @return to the second; empty when it has none
   */
  public Optional<Instant> date() {
    return Optional.ofNullable(date);
  }

  /** The title of a page about it. */
  String title() {
    StringBuilder title = new StringBuilder("Drift report");
    model()
        .ifPresent(name -> title.append(" of ").append(name).append(", version ").append(version));
    currentPeriod().ifPresent(period -> title.append(": ").append(period));
    referencePeriod()
        .ifPresent(
            period -> title.append(currentPeriod == null ? ": " : " ").append("against " + period));
    date().ifPresent(day -> title.append(" (" + day.toString().substring(0, 10) + ")"));
    return title.toString();
  }

  /**
   * For people.
   *
   * @return the parts that are known, each with its name
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

package io.mlops4j.monitor.alarm;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.rollout.Evidence;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What went wrong at one time, from its beginning to its end, as it was when it was read: the most
 * specific cause that was found, and what else was found of it. Immutable.
 *
 * <p>A finding joins an open incident if no more than one window lies between its rows and the rows
 * with which the incident began or last grew; the longer of both windows counts. Outputs and
 * performance join only an incident that began with rows of their version. Problems of
 * configuration form incidents of their own.
 *
 * <p>An {@link Alarm} announces an incident when it begins. Another one announces it if the effect
 * of a finding doubles, if the same column changes in another way, or if another feature is
 * affected. A check that fails in the window after the one in which drift of its column was
 * announced, while that drift goes on, is no other change: it is the source of the drift. A longer
 * run of a frozen column is no larger effect. Other findings lie downstream of the cause: drift of
 * a column whose quality check failed, in whichever incident, what each of two exchanged columns
 * shows, repeated rows, outputs, performance, late labels. They are added here and raise no alarm.
 *
 * <p>A window that is affected in part shows a part of the effect. So the first window after an
 * alarm that shares no rows with the one that was announced raises no alarm because its effect
 * doubled; the larger effect of both is the one that must double.
 *
 * @param id unique within its monitor, for example {@code incident-1}
 * @param servedBy the version that served when the incident began. Its outputs and its performance
 *     are those of this version
 * @param opened when it began, by the monitor's clock
 * @param updated when one of its findings was last found or ended, by the monitor's clock
 * @param accepted whether it ended because {@link ModelMonitor#acceptAsReference} made the changed
 *     rows the new reference
 * @param findings the most specific cause first: exchanged columns, columns whose quality check
 *     failed, features that drifted, repeated rows, outputs, then performance and late labels; of
 *     equals the largest effect first; at least one. The first hundred are kept when it ends
 * @param acknowledgedBy who acknowledged it; empty if nobody did
 */
public record Incident(
    String id,
    ServedBy servedBy,
    Instant opened,
    Instant updated,
    boolean accepted,
    List<Finding> findings,
    Optional<String> acknowledgedBy) {
  private static final int MOST_TEXTS = 10;

  /**
   * One column, or one figure of performance, in an incident. It ends after two judgements in a row
   * that did not find it; with slices after two in each slice in which it was found. A slice
   * without enough rows for a verdict does not count.
   *
   * @param kind the kind of problem
   * @param subject the column, or the figure of a version's performance
   * @param isOpen whether it goes on
   * @param opened when it began, by the monitor's clock
   * @param updated when it was last found or ended, by the monitor's clock
   * @param found the number of windows, or judgements of performance, that found it
   * @param first the evidence with which it began
   * @param worst the evidence with the largest effect; of equals the newest
   * @param newest the newest evidence
   */
  public record Finding(
      Alarm.Kind kind,
      String subject,
      boolean isOpen,
      Instant opened,
      Instant updated,
      int found,
      Evidence first,
      Evidence worst,
      Evidence newest) {

    /**
     * Checks that nothing is null.
     *
     * @param kind the kind of problem
     * @param subject the column, or the figure of a version's performance
     * @param isOpen whether it goes on
     * @param opened when it began
     * @param updated when it was last found or ended
     * @param found the number of judgements that found it
     * @param first the evidence with which it began
     * @param worst the evidence with the largest effect
     * @param newest the newest evidence
     */
    public Finding {
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(subject, "subject");
      Objects.requireNonNull(opened, "opened");
      Objects.requireNonNull(updated, "updated");
      Objects.requireNonNull(first, "first");
      Objects.requireNonNull(worst, "worst");
      Objects.requireNonNull(newest, "newest");
    }
  }

  /**
   * Copies the list.
   *
   * @param id unique within its monitor
   * @param servedBy the version that served when the incident began
   * @param opened when it began
   * @param updated when one of its findings was last found or ended
   * @param accepted whether it ended because the changed rows are the new reference
   * @param findings the most specific cause first
   * @param acknowledgedBy who acknowledged it
   * @throws IllegalArgumentException if there is no finding
   */
  public Incident {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(servedBy, "servedBy");
    Objects.requireNonNull(opened, "opened");
    Objects.requireNonNull(updated, "updated");
    findings = List.copyOf(findings);
    Objects.requireNonNull(acknowledgedBy, "acknowledgedBy");
    if (findings.isEmpty()) {
      throw new IllegalArgumentException("findings: found none, expected at least one");
    }
  }

  /** {@return whether one of its findings goes on} */
  public boolean isOpen() {
    return findings.stream().anyMatch(Finding::isOpen);
  }

  /** {@return {@code open}, {@code closed} or {@code accepted}} */
  public String status() {
    return isOpen() ? "open" : accepted ? "accepted" : "closed";
  }

  /** {@return the finding that is the most specific cause: the first one} */
  public Finding cause() {
    return findings.get(0);
  }

  /**
   * Returns whether a problem of one kind goes on.
   *
   * @param kind the kind
   * @return whether a finding of this kind is open
   */
  public boolean isOpen(Alarm.Kind kind) {
    return findings.stream().anyMatch(one -> one.isOpen() && one.kind() == kind);
  }

  /**
   * Describes the incident in one line.
   *
   * @return id, status, time and the newest evidence of the first ten findings
   */
  @Override
  public String toString() {
    return "%s %s since %s: %s"
        .formatted(
            id,
            status(),
            opened,
            texts(findings.stream().map(one -> one.newest().text()).toList()));
  }

  /** Joins the first texts, and says how many more there are. */
  static String texts(List<String> all) {
    String first = all.stream().limit(MOST_TEXTS).collect(Collectors.joining("; "));
    int more = all.size() - MOST_TEXTS;
    return more > 0 ? String.format(Locale.ROOT, "%s; and %,d more", first, more) : first;
  }
}

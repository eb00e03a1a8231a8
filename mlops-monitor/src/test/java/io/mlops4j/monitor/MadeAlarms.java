package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.rollout.Evidence;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Alarms for tests of other packages. */
public final class MadeAlarms {
  public static final Instant AT = Instant.parse("2001-03-02T07:00:00Z");

  static final Alarm.Compared COMPARED =
      new Alarm.Compared(
          AT.minusSeconds(3600),
          AT,
          500,
          Digest.sha256(new byte[] {1}),
          Digest.sha256(new byte[] {2}));

  private MadeAlarms() {}

  public static ServedBy version(int number) {
    return Events.version(number);
  }

  /** An alarm of drift of one column. */
  public static Alarm drift(int number, String column) {
    return of(number, List.of(finding(column, new Evidence(column, 0.5, 0.1, column + " moved"))));
  }

  public static Alarm of(int number, List<Incident.Finding> findings) {
    Incident incident =
        new Incident(
            "incident-1",
            version(2),
            AT.minusSeconds(60),
            AT,
            false,
            findings,
            Optional.of("maria"));
    return new Alarm(
        "alarm-" + number,
        Alarm.Kind.DRIFT,
        AT,
        incident,
        findings.stream().map(Incident.Finding::newest).toList(),
        Optional.of(COMPARED));
  }

  /** The findings of all incidents. */
  public static List<Incident.Finding> findings(ModelMonitor monitor) {
    return monitor.incidents().stream().flatMap(one -> one.findings().stream()).toList();
  }

  public static Incident.Finding finding(String column, Evidence evidence) {
    return new Incident.Finding(
        Alarm.Kind.DRIFT, column, true, AT.minusSeconds(60), AT, 3, evidence, evidence, evidence);
  }

  /** An alarm of many columns with long names. */
  public static Alarm huge() {
    String name = "\u0001".repeat(10_000);
    return of(
        7,
        IntStream.range(0, 1_000)
            .mapToObj(i -> finding(name + i, new Evidence(name, 1, 2, name)))
            .toList());
  }
}

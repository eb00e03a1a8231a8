package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Episode;
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

  /** An alarm of drift with one episode. */
  public static Alarm drift(int number, String column) {
    return of(
        number, List.of(episode(1, column, new Evidence(column, 0.5, 0.1, column + " moved"))));
  }

  public static Alarm of(int number, List<Episode> episodes) {
    return new Alarm(
        "alarm-" + number, Alarm.Kind.DRIFT, version(2), AT, episodes, Optional.of(COMPARED));
  }

  public static Episode episode(int number, String column, Evidence evidence) {
    return new Episode(
        "drift-" + number,
        Alarm.Kind.DRIFT,
        column,
        version(2),
        Episode.Status.OPEN,
        AT.minusSeconds(60),
        AT,
        3,
        evidence,
        evidence,
        evidence,
        Optional.of("maria"));
  }

  /** An alarm of many episodes with long names. */
  public static Alarm huge() {
    String name = "\u0001".repeat(10_000);
    return of(
        7,
        IntStream.range(0, 1_000)
            .mapToObj(i -> episode(i, name + i, new Evidence(name, 1, 2, name)))
            .toList());
  }
}

package io.mlops4j.monitor.live.alarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.monitor.MadeAlarms;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.internal.Failures;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which actions an announcement reaches, within a limit of one alarm an hour. */
class AlarmActionsTest {
  private static final Instant AT = MadeAlarms.AT;
  private static final Duration HOUR = Duration.ofHours(1);

  private final Actions actions = new Actions(Duration.ofMinutes(5), new Failures());
  private final AlarmActions alarms = new AlarmActions(new AlarmLimit(1, HOUR), actions);
  private final List<String> got = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void start() {
    actions.start();
  }

  @AfterEach
  void close() {
    actions.close();
  }

  private static Announcement of(boolean toAll, Alarm.Kind... kinds) {
    Evidence evidence = new Evidence("x", 2, 1, "x moved");
    return new Announcement(
        MadeAlarms.drift(1, "x").incident(),
        kinds[0],
        List.of(evidence),
        toAll,
        Set.of(kinds),
        null,
        () -> {});
  }

  private void receive(Alarm.Kind kind) {
    alarms.onAlarm(kind, alarm -> got.add(kind + " " + alarm.id()));
  }

  private List<Announcement> raise(Instant at, Announcement... news) throws Exception {
    List<Announcement> withheld = new ArrayList<>();
    alarms.raise(Stream.of(news).map(one -> noting(one, withheld)).toList(), at);
    alarms.announce();
    actions.flush();
    return withheld;
  }

  private static Announcement noting(Announcement one, List<Announcement> withheld) {
    return new Announcement(
        one.incident(),
        one.kind(),
        one.evidence(),
        one.toAll(),
        one.kinds(),
        one.rows(),
        () -> withheld.add(one));
  }

  @Test
  void anAlarmReachesTheActionsForAllKindsAndThoseForTheKindsItHas() throws Exception {
    alarms.onAlarm(alarm -> got.add("all " + alarm.id()));
    receive(Alarm.Kind.DRIFT);
    receive(Alarm.Kind.QUALITY);
    receive(Alarm.Kind.PERFORMANCE);
    assertThat(raise(AT, of(true, Alarm.Kind.QUALITY, Alarm.Kind.DRIFT))).isEmpty();
    assertThat(got).containsExactly("all alarm-1", "DRIFT alarm-1", "QUALITY alarm-1");
    got.clear();
    assertThat(raise(AT.plus(HOUR), of(false, Alarm.Kind.PERFORMANCE))).isEmpty();
    assertThat(got).containsExactly("PERFORMANCE alarm-2");
  }

  @Test
  void newsThatNoActionGetsTakesNothingOfTheLimit() throws Exception {
    alarms.onAlarm(alarm -> got.add("all " + alarm.id()));
    assertThat(raise(AT, of(false, Alarm.Kind.PERFORMANCE))).isEmpty();
    assertThat(raise(AT, of(true, Alarm.Kind.DRIFT))).isEmpty();
    assertThat(got).containsExactly("all alarm-1");
    assertThat(raise(AT, of(false, Alarm.Kind.PERFORMANCE))).isEmpty();
    assertThat(alarms.suppressed()).isZero();
  }

  @Test
  void whatTheLimitForbidsIsCountedAndReturned() throws Exception {
    receive(Alarm.Kind.PERFORMANCE);
    Announcement beyond = of(true, Alarm.Kind.DRIFT);
    Announcement explained = of(false, Alarm.Kind.PERFORMANCE);
    assertThat(raise(AT, of(true, Alarm.Kind.DRIFT), beyond, explained))
        .containsExactly(beyond, explained);
    assertThat(alarms.suppressed()).isEqualTo(2);
    assertThat(got).isEmpty();
    assertThat(raise(AT.plus(HOUR), explained)).isEmpty();
    assertThat(got).containsExactly("PERFORMANCE alarm-2");
  }
}

package io.mlops4j.bench.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When an incident counts as found. */
class OutcomeTest {
  private static final Instant BEGIN = Instant.parse("2001-02-13T00:00:00Z");
  private static final Instant END = BEGIN.plus(Duration.ofDays(2));
  private static final Incident MILES =
      Incident.ofInput("unit", "", Set.of("distance"), (rows, age) -> rows);

  private static Notice notice(long row, int hour, String... subjects) {
    return new Notice(row, BEGIN.plus(Duration.ofHours(hour)), "DRIFT", List.of(subjects));
  }

  private static PlantedIncidents.Outcome outcome(Notice... notices) {
    return PlantedIncidents.outcome(List.of(notices), MILES, 1000, BEGIN, END);
  }

  @Test
  void theFirstNoticeThatNamesTheCulpritCounts() {
    assertThat(outcome(notice(1500, 3, "hour"), notice(2000, 5, "origin", "distance")))
        .isEqualTo(new PlantedIncidents.Outcome(5, 3, 2, 2));
  }

  @Test
  void aNoticeAboutRowsBeforeOrAfterTheTimeDoesNotCount() {
    assertThat(outcome(notice(1000, 0, "distance"), notice(9000, 49, "distance")).found())
        .isFalse();
  }

  @Test
  void aNoticeAboutAnotherColumnDoesNotCount() {
    assertThat(outcome(notice(1500, 3, "hour")).found()).isFalse();
  }

  @Test
  void allAlarmsSinceTheBeginningCountAndNoticesForProgramsDoNot() {
    Notice explained =
        new Notice(
            2500, BEGIN.plus(Duration.ofHours(9)), "PERFORMANCE", List.of("auc"), "", "", false);
    assertThat(
            outcome(
                    notice(900, 0, "hour"),
                    notice(1500, 3, "distance"),
                    explained,
                    notice(9000, 60, "distance"))
                .alarms())
        .isEqualTo(2);
  }

  @Test
  void theMedianLeavesOutWhatWasMissed() {
    assertThat(PlantedIncidents.median(new double[] {Double.NaN, 7, 3})).isEqualTo(3);
    assertThat(PlantedIncidents.median(new double[] {Double.NaN})).isNaN();
  }
}

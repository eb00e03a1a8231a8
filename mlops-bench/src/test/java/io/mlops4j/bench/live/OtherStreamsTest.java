package io.mlops4j.bench.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.live.Layout.CategoryColumn;
import io.mlops4j.bench.live.Layout.NumberColumn;
import io.mlops4j.bench.live.Layout.Width;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a real change, how rows are read, and what incidents change. */
class OtherStreamsTest {
  private static final LocalDate FIRST = LocalDate.of(2005, 1, 1);

  /** Three stations, the second from day 10 on, the third until day 20; 100 days. */
  private static RealRows stations() {
    Layout layout =
        new Layout(
            List.of(new NumberColumn("pm10", Width.DOUBLE)),
            List.of(new CategoryColumn("station", List.of("renamed", "a", "b", "c"))));
    Rows rows = new Rows(layout, 300);
    for (int row = 0; row < 300; row++) {
      int day = row / 3;
      int station = row % 3 + 1;
      boolean reports = station == 1 || (station == 2 && day >= 10) || (station == 3 && day <= 20);
      rows.codes[0][row] = reports ? station : 1;
      rows.numbers[0][row] = row;
      rows.seconds[row] = FIRST.plusDays(day).toEpochDay() * FlightHistory.DAY;
      rows.keys[row] = row;
    }
    return new RealRows(rows);
  }

  @Test
  void aStationThatComesOrGoesForGoodIsARealChange() {
    assertThat(OtherStreams.changes(stations(), "station", FIRST.plusDays(5), FIRST.plusDays(100)))
        .containsExactly(FIRST.plusDays(10), FIRST.plusDays(21));
  }

  @Test
  void whatEndsWithTheRowsDidNotGo() {
    assertThat(OtherStreams.changes(stations(), "station", FIRST.plusDays(11), FIRST.plusDays(40)))
        .isEmpty();
  }

  @Test
  void daysAreCopiesThatIncidentsMayChange() {
    RealRows rows = stations();
    rows.days(FIRST, FIRST.plusDays(1)).get(0).number("pm10")[0] = -1;
    assertThat(rows.days(FIRST, FIRST.plusDays(1)).get(0).number("pm10")).containsExactly(0, 1, 2);
  }

  @Test
  void aFileHasTextsWholeNumbersAndOthersInTheOrderOfTheirTime(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("rows.csv");
    Files.writeString(
        file,
        """
        "team","time","points","x"
        "B","2009-01-02 19:00:00",2,
        "A","2009-01-01 19:00:00",3,1.5
        """);
    RealRows read = RealRows.read(file);
    assertThat(read.layout())
        .isEqualTo(
            new Layout(
                List.of(
                    new NumberColumn("points", Width.SHORT), new NumberColumn("x", Width.DOUBLE)),
                List.of(new CategoryColumn("team", List.of("renamed", "A", "B")))));
    List<Rows> days = read.days(LocalDate.MIN, LocalDate.MAX);
    assertThat(days).extracting(day -> day.seconds[0]).containsExactly(1230836400L, 1230922800L);
    assertThat(days.get(0).number("x")).containsExactly(1.5);
    assertThat(days.get(1).number("x")).containsExactly(Double.NaN);
    assertThat(days.get(1).category("team")).containsExactly(2);
  }

  @Test
  void incidentsChangeWhatTheySay() {
    Layout layout =
        new Layout(
            List.of(
                new NumberColumn("points", Width.SHORT),
                new NumberColumn("court_x", Width.SHORT),
                new NumberColumn("court_y", Width.SHORT)),
            List.of(
                new CategoryColumn("team", List.of("renamed", "LAL")),
                new CategoryColumn("etype", List.of("renamed", "shot", "foul"))));
    Rows clean = new Rows(layout, 1000);
    for (int row = 0; row < 1000; row++) {
      clean.keys[row] = row;
      clean.numbers[0][row] = row % 4;
      clean.numbers[1][row] = row % 50;
      clean.numbers[2][row] = 5;
      clean.codes[0][row] = 1;
      clean.codes[1][row] = 1 + row % 2;
    }
    int[] all = new int[1000];
    Arrays.setAll(all, row -> row);
    List<Rows> changed =
        RealIncidents.lakers().stream()
            .map(incident -> incident.input().change(clean.pick(all), 0))
            .toList();
    assertThat(changed.get(0).number("court_x")).startsWith(0, 0, 1, 1).endsWith(15);
    assertThat(Arrays.stream(changed.get(1).category("team")).filter(code -> code < 0).count())
        .isBetween(150L, 250L);
    assertThat(changed.get(2).number("points")).containsOnly(0);
    assertThat(changed.get(3).number("court_x")).containsOnly(5);
    assertThat(changed.get(3).number("court_y")).isEqualTo(clean.number("court_x"));
    assertThat(changed.get(4).category("etype")).startsWith(1, 0, 1, 0);
  }
}

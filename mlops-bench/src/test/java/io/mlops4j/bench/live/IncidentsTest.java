package io.mlops4j.bench.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.bench.live.Layout.CategoryColumn;
import io.mlops4j.bench.live.Layout.NumberColumn;
import io.mlops4j.bench.live.Layout.Width;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;
import org.junit.jupiter.api.Test;

/** Each incident changes what it says, in as many rows as it says, and nothing else. */
class IncidentsTest {
  private static final int ROWS = 20_000;
  private static final int DAY = 86_400;
  private static final int ORD = 1;
  private static final int QQQ = 3;
  private static final int CHI = 4;
  private static final List<String> AIRPORTS = List.of("ATL", "ORD", "LAX", "QQQ", "CHI");
  private static final Layout LAYOUT =
      new Layout(
          List.of(
              new NumberColumn("distance", Width.FLOAT),
              new NumberColumn("hour", Width.SHORT),
              new NumberColumn("minor", Width.SHORT),
              new NumberColumn("fare", Width.FLOAT)),
          List.of(
              new CategoryColumn("origin", AIRPORTS), new CategoryColumn("destination", AIRPORTS)));

  private final Rows clean = rows();

  /** Distances 100 to 1099, hours 0 to 23, origins and destinations 0 to 2, labels in a fifth. */
  private static Rows rows() {
    Rows rows = new Rows(LAYOUT, ROWS);
    for (int row = 0; row < ROWS; row++) {
      rows.number("distance")[row] = 100 + row % 1000;
      rows.number("hour")[row] = row % 24;
      rows.number("fare")[row] = 1 + row % 7;
      rows.category("origin")[row] = row % 3;
      rows.category("destination")[row] = (row + 1) % 3;
      rows.seconds[row] = row;
      rows.keys[row] = row;
      rows.labels[row] = (byte) (row % 5 == 0 ? 1 : 0);
      rows.labelled[row] = row + 7200L;
      rows.scores[row] = row % 100 / 100f;
    }
    return rows;
  }

  private static Rows hit(String name, long age) {
    Incident incident =
        new Incidents(LAYOUT)
            .all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    return incident.output().change(incident.input().change(rows(), age), age);
  }

  private static Rows hit(String name) {
    return hit(name, 0);
  }

  private static double share(double[] values, DoublePredicate which) {
    return Arrays.stream(values).filter(which).count() / (double) values.length;
  }

  private static double share(int[] codes, int code) {
    return Arrays.stream(codes).filter(one -> one == code).count() / (double) codes.length;
  }

  /** Counts of a share p of 20 000 rows are off by less than four deviations. */
  private static org.assertj.core.data.Offset<Double> chance(double share) {
    return within(4 * Math.sqrt(share * (1 - share) / ROWS));
  }

  @Test
  void thereAreSixteenWithTheNamesOfTheLines() {
    assertThat(new Incidents(LAYOUT).all())
        .extracting(Incident::name)
        .containsExactlyElementsOf(Incidents.NAMES)
        .hasSize(16);
  }

  @Test
  void kilometresAreMilesTimes1609() {
    assertThat(hit("unit_change").number("distance")[900]).isCloseTo(1609.344, within(1e-9));
  }

  @Test
  void aTenthOfTheOriginsIsMissing() {
    assertThat(share(hit("null_surge").category("origin"), -1)).isCloseTo(0.1, chance(0.1));
    assertThat(hit("null_surge").category("destination")).isEqualTo(clean.category("destination"));
  }

  @Test
  void originAndDestinationAreSwapped() {
    Rows swapped = hit("swapped_columns");
    assertThat(swapped.category("origin")).isEqualTo(clean.category("destination"));
    assertThat(swapped.category("destination")).isEqualTo(clean.category("origin"));
  }

  @Test
  void aFrozenDistanceIsTheSameInAllRows() {
    assertThat(hit("frozen_feature").number("distance")).containsOnly(733);
  }

  @Test
  void roundedDistancesAreWholeHundreds() {
    assertThat(share(hit("rounding").number("distance"), miles -> miles % 100 == 0)).isOne();
  }

  @Test
  void aNewAirportHasAFiftiethOfTheRows() {
    assertThat(share(hit("new_category").category("origin"), QQQ)).isCloseTo(0.02, chance(0.02));
  }

  @Test
  void everyRowOfTheRenamedAirportHasItsNewName() {
    assertThat(share(hit("renamed_category").category("origin"), ORD)).isZero();
    assertThat(share(hit("renamed_category").category("origin"), CHI))
        .isEqualTo(share(clean.category("origin"), ORD));
  }

  @Test
  void hoursAreOneLaterAndStayHours() {
    assertThat(hit("hour_shift").number("hour"))
        .startsWith(1, 2)
        .contains(23, 0)
        .doesNotContain(24);
  }

  @Test
  void halfOfTheFlightsInTimeCountAsLate() {
    double late = 0;
    for (byte label : hit("label_shift").labels) {
      late += label;
    }
    assertThat(late / ROWS).isCloseTo(0.2 + 0.8 * 0.5, chance(0.6));
  }

  @Test
  void labelsTakeTwiceAsLong() {
    assertThat(hit("label_delay").labelled[5]).isEqualTo(5 + 2 * 7200);
  }

  @Test
  void aTenthOfTheRowsIsSentTwiceInARow() {
    long[] keys = hit("duplicates").keys;
    assertThat(keys.length / (double) ROWS - 1).isCloseTo(0.1, chance(0.1));
    assertThat(Arrays.stream(keys).distinct().count()).isEqualTo(ROWS);
    assertThat(keys).isSorted();
  }

  @Test
  void someDistancesAreNegative() {
    double[] distance = hit("sign_flip").number("distance");
    assertThat(share(distance, miles -> miles < 0)).isCloseTo(0.05, chance(0.05));
    assertThat(Arrays.stream(distance).map(Math::abs).toArray())
        .isEqualTo(clean.number("distance"));
  }

  @Test
  void someAnswersAreNaN() {
    assertThat(share(hit("nan_answers").answers(), Double::isNaN)).isCloseTo(0.05, chance(0.05));
  }

  @Test
  void distancesCreepByTwoPerCentADay() {
    assertThat(hit("gradual_creep", 0).number("distance")).isEqualTo(clean.number("distance"));
    assertThat(hit("gradual_creep", 3 * DAY).number("distance")[900]).isCloseTo(1060, within(1e-9));
  }

  @Test
  void theRareFlagIsNoLongerRare() {
    assertThat(share(hit("rare_flag_surge").number("minor"), flag -> flag == 1))
        .isCloseTo(0.019, chance(0.019));
  }

  @Test
  void faresAreHalfAsHighAgain() {
    assertThat(hit("heavy_tail_shift").number("fare")).startsWith(1.5, 3, 4.5);
  }
}

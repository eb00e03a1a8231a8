package io.mlops4j.bench.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The made traffic is what it says, and incidents are sorted by what explains them. */
class MadeSeasonsTest {
  private static final long SEED = 7;

  private static double mean(Rows rows, String column) {
    return Arrays.stream(rows.number(column)).average().orElseThrow();
  }

  @Test
  void rowsAndAmountsGrowByFivePerCentAMonth() {
    MadeTraffic traffic = new MadeTraffic(SEED, 302);
    Rows first = traffic.days(0, 1).get(0); // a Monday
    Rows last = traffic.days(301, 302).get(0); // one of ten months later
    double growth = Math.pow(1.05, 301 / 30.0);
    assertThat(traffic.holidays())
        .doesNotContain(MadeTraffic.MONDAY, MadeTraffic.MONDAY.plusDays(301));
    // 1500 rows with twice the variance of a Poisson count: 55 rows
    assertThat((double) last.size() / first.size()).isCloseTo(growth, within(4 * 2 * 55 / 1500.0));
    // means of 1500 rows with the deviation 40, twice the variance: 1.5
    assertThat(mean(last, "amount") - mean(first, "amount"))
        .isCloseTo(100 * (growth - 1), within(4 * 1.5 * 1.5));
  }

  @Test
  void meansOfDaysVaryTwiceAsMuchAsThoseOfIndependentRows() {
    List<Rows> days = new MadeTraffic(SEED, 700).days(0, 700);
    double squares = 0;
    int counted = 0;
    for (Rows day : days) {
      if (LocalDate.ofEpochDay(day.seconds[0] / 86_400).getDayOfWeek().getValue() >= 6) {
        // the logarithm of a weekend's duration is normal with mean 3.2 and deviation 0.8
        double mean = Arrays.stream(day.number("duration")).map(Math::log).average().orElseThrow();
        squares += (mean - 3.2) * (mean - 3.2) * day.size() / 0.64;
        counted++;
      }
    }
    // a chi-square mean of 200 has a deviation of a tenth
    assertThat(squares / counted).isCloseTo(2, within(4 * 0.1 * 2));
  }

  @Test
  void aHolidayIsAWeekdayLikeASunday() {
    MadeTraffic traffic = new MadeTraffic(SEED, 200);
    assertThat(traffic.holidays()).isNotEmpty();
    for (LocalDate day : traffic.holidays()) {
      assertThat(day.getDayOfWeek().getValue()).isLessThan(6);
      int number = MadeTraffic.number(day);
      // half of the rows of a workday
      assertThat(traffic.days(number, number + 1).get(0).size() / Math.pow(1.05, number / 30.0))
          .isBetween(550.0, 950.0);
    }
  }

  private static Notice notice(String incident, LocalDate day, int hour, String... subjects) {
    Instant at = day.atTime(hour, 0).toInstant(ZoneOffset.UTC);
    return new Notice(1, at, "DRIFT", List.of(subjects), "", incident, true);
  }

  @Test
  void incidentsAreCountedOnceByWhatExplainsThem() {
    LocalDate holiday = MadeTraffic.MONDAY.plusDays(40);
    LocalDate other = MadeTraffic.MONDAY.plusDays(50);
    MadeSeasons.Counted counted =
        MadeSeasons.count(
            List.of(
                notice("incident-1", holiday.plusDays(1), 0, "hour", "amount"),
                notice("incident-2", other, 12, "amount"),
                notice("incident-2", other.plusDays(30), 12, "amount"),
                notice("incident-3", other, 13, "kind"),
                notice("incident-2", other.plusDays(31), 12, "hour")),
            1000,
            Set.of(holiday),
            28);
    assertThat(counted.holidaysNamed()).containsExactly(holiday);
    assertThat(counted.unexplained()).containsExactly(other + " [kind]");
    // the first 28 days have a mean of 102.2, day 50 has one of 108.5; in deviations of 40
    assertThat(counted.joined()).containsExactly(other.plusDays(31) + " [hour]");
    assertThat(counted.ofGrowth()).containsExactly("incident-2");
    assertThat(counted.growth()).hasSize(2);
    assertThat(counted.growth().get(0)).isCloseTo(0.156, within(0.001));
  }
}

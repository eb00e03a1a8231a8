package io.mlops4j.monitor.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Flights;
import io.mlops4j.monitor.profile.Profile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real flights of 2001: weeks without a change, and with one that is planted. */
class FlightsQualityTest {
  /** About a week of the sampled flights. */
  private static final int WEEK = 980;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private QualityReference reference() {
    QualityReference.Builder rows =
        QualityReference.builder(Profile.builder().categories("weekday"));
    for (String month : List.of("01", "02", "03")) {
      try (FeatureBatch batch = Flights.of(month).batch(allocator)) {
        rows.add(batch);
      }
    }
    return rows.build();
  }

  private static List<List<String[]>> weeks() {
    List<List<String[]>> weeks = new ArrayList<>();
    for (String month : List.of("04", "05", "06")) {
      List<String[]> flights = Flights.of(month).rows();
      for (int from = 0; from + WEEK <= flights.size(); from += WEEK) {
        weeks.add(flights.subList(from, from + WEEK));
      }
    }
    return weeks;
  }

  private QualityReport check(QualitySuite suite, List<String[]> flights) {
    try (FeatureBatch batch = new Flights(flights).batch(allocator)) {
      QualityWindow window = suite.window();
      window.add(batch, Instant.EPOCH);
      return window.report();
    }
  }

  private static List<String[]> changed(List<String[]> flights, UnaryOperator<String[]> change) {
    return flights.stream().map(String[]::clone).map(change).toList();
  }

  private static String[] with(String[] flight, int field, String value) {
    flight[field] = value;
    return flight;
  }

  /** The failed checks of a week, as check and column. */
  private List<String> failures(UnaryOperator<List<String[]>> change) {
    QualityReport report = check(QualitySuite.of(reference()), change.apply(weeks().get(5)));
    report
        .failures()
        .forEach(failed -> assertThat(failed.relativeEffect()).isGreaterThanOrEqualTo(1));
    return report.failures().stream().map(one -> one.check() + " " + one.column()).toList();
  }

  @Test
  void weeksWithoutAChangePass() {
    QualityReference reference = reference();
    QualitySuite learned = QualitySuite.of(reference);
    QualitySuite profileOnly = QualitySuite.of(QualityReference.of(reference.profile()));
    for (List<String[]> week : weeks()) {
      assertThat(check(learned, week).failures()).isEmpty();
      assertThat(check(learned, week).notChecked()).isEmpty();
      assertThat(check(profileOnly, week).failures()).isEmpty();
    }
  }

  @Test
  void anotherUnitIsNamed() {
    QualityReport report =
        check(
            QualitySuite.of(reference()),
            changed(
                weeks().get(5),
                flight -> with(flight, 1, "" + Double.parseDouble(flight[1]) * 1.609344)));
    assertThat(report.failures())
        .extracting(QualityResult.Failed::check, QualityResult.Failed::column)
        .contains(tuple(QualityCheck.UNIT, "distance"));
    assertThat(report.toString()).contains("kilometres in a mile");
  }

  @Test
  void nullsAreFound() {
    Random random = new Random(1);
    assertThat(
            failures(
                week ->
                    changed(
                        week, flight -> random.nextInt(20) == 0 ? with(flight, 4, null) : flight)))
        .containsExactly("MISSING origin");
  }

  /** Both columns have nearly the same airports; only the hour of departure tells them apart. */
  @Test
  void swappedColumnsWithOneDistributionAreFound() {
    assertThat(
            failures(
                week ->
                    changed(
                        week,
                        flight -> {
                          String origin = flight[4];
                          return with(with(flight, 4, flight[5]), 5, origin);
                        })))
        .containsExactly("SWAPPED destination and origin");
  }

  @Test
  void swappedColumnsWithOtherDistributionsAreFound() {
    assertThat(
            failures(
                week ->
                    changed(
                        week,
                        flight -> {
                          String distance = flight[1];
                          return with(with(flight, 1, flight[2]), 2, distance);
                        })))
        .contains("SWAPPED distance and hour", "RANGE hour");
  }

  @Test
  void aFrozenColumnIsFound() {
    List<String[]> rest = new ArrayList<>();
    assertThat(
            failures(
                week -> {
                  rest.addAll(week.subList(0, WEEK / 2));
                  rest.addAll(
                      changed(week.subList(WEEK / 2, WEEK), flight -> with(flight, 1, "733")));
                  return rest;
                }))
        .containsExactly("FROZEN distance");
  }

  @Test
  void roundedNumbersAreFound() {
    assertThat(
            failures(
                week ->
                    changed(
                        week,
                        flight ->
                            with(
                                flight,
                                1,
                                "" + 10 * Math.round(Integer.parseInt(flight[1]) / 10.0)))))
        .containsExactly("RESOLUTION distance");
  }

  @Test
  void aRenamedCategoryIsFoundAndNamed() {
    QualityReport report =
        check(
            QualitySuite.of(reference()),
            changed(
                weeks().get(5),
                flight -> flight[4].equals("ATL") ? with(flight, 4, "KATL") : flight));
    assertThat(report.failures())
        .extracting(QualityResult.Failed::check, QualityResult.Failed::column)
        .containsExactly(tuple(QualityCheck.UNSEEN, "origin"));
    assertThat(report.failures().get(0).text()).contains("\"KATL\"");
  }

  @Test
  void repeatedRowsAreFound() {
    assertThat(
            failures(
                week -> {
                  List<String[]> twice = new ArrayList<>(week);
                  twice.addAll(200, week.subList(100, 200));
                  return twice;
                }))
        .containsExactly("DUPLICATES rows");
  }

  @Test
  void answersWithoutAReferenceAreCheckedForNan() {
    QualityWindow window = QualitySuite.of(reference()).window();
    double[] scores = new Random(3).doubles(WEEK).map(x -> x < 0.05 ? Double.NaN : x).toArray();
    try (FeatureBatch rows = new Flights(weeks().get(5)).batch(allocator);
        FeatureBatch answers =
            FeatureBatch.builder(allocator).doubles("probability", scores).build()) {
      window.add(rows, answers, Instant.EPOCH);
    }
    assertThat(window.report().failures())
        .extracting(QualityResult.Failed::check, QualityResult.Failed::column)
        .containsExactly(tuple(QualityCheck.NAN, "probability"));
  }
}

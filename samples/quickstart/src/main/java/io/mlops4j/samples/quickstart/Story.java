package io.mlops4j.samples.quickstart;

import java.time.LocalDate;
import java.util.List;

/** The dates and names of the story. */
final class Story {
  static final String MODEL = "flight-delay";
  static final String CHAMPION = MODEL + "@champion";

  static final List<String> FEATURES =
      List.of("distance", "hour", "weekday", "origin", "destination");
  static final String KEY = "flight_id";
  static final String LABEL = "late";
  static final String SCORE = "probability";

  /**
   * January's fourth Sunday. The calendar gives each month other weekdays, so the profiles of whole
   * months are compared with whole weeks.
   */
  static final LocalDate REFERENCE_TO = LocalDate.of(2001, 1, 28);

  /** Version 2, which was also trained on February. */
  static final LocalDate SECOND_VERSION = LocalDate.of(2001, 3, 12);

  /** A week of distances in kilometres: the only change of the real data. */
  static final LocalDate PLANTED_FROM = LocalDate.of(2001, 4, 9);

  static final LocalDate PLANTED_TO = LocalDate.of(2001, 4, 15);

  /** Version 3, which was exported with the probability of the wrong class. */
  static final LocalDate THIRD_VERSION = LocalDate.of(2001, 5, 14);

  private Story() {}
}

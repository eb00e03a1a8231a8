package io.mlops4j.samples.monitoring;

import java.time.Duration;
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

  /** The reference is four whole weeks, in slices by weekday. */
  static final LocalDate REFERENCE_TO = LocalDate.of(2001, 1, 28);

  static final LocalDate FROM = LocalDate.of(2001, 2, 1);

  /** A day has so many parts. The flights of a part are predicted together, at its beginning. */
  static final int PARTS_OF_A_DAY = 4;

  /** It is known so long after the prediction whether a flight was late. */
  static final Duration LABEL_DELAY = Duration.ofHours(6);

  /** Version 3 goes live. It was exported with the probability of the wrong class. */
  static final LocalDate WRONG_VERSION = LocalDate.of(2001, 3, 12);

  private Story() {}
}

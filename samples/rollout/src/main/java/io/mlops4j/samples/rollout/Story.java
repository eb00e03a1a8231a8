package io.mlops4j.samples.rollout;

import io.mlops4j.runtime.deployment.RolloutPlan;
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

  static final int FLIGHTS_OF_A_CALL = 4;

  /**
   * A fifth of the flights, then half of them, each for at least two days; then a person decides.
   */
  static final RolloutPlan PLAN =
      RolloutPlan.of(0.2, 0.5)
          .withEvery(Duration.ofDays(2))
          .withPatience(Duration.ofDays(14))
          .withApproval();

  /** The challenger was exported with the probability of the wrong class. */
  static final LocalDate BAD_STARTS = LocalDate.of(2001, 2, 5);

  /** The challenger was trained on January and February, so it is judged on flights of March. */
  static final LocalDate GOOD_STARTS = LocalDate.of(2001, 3, 5);

  /** Somebody looks at the evidence so long after the last step passed. */
  static final Duration REVIEW = Duration.ofDays(1);

  private Story() {}
}

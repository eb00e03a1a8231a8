package io.mlops4j.samples.rollout;

import io.mlops4j.runtime.deployment.RolloutStatus;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What happened. */
final class Outcome {
  final List<Day> days = new ArrayList<>();
  final List<Event> events = new ArrayList<>();

  /**
   * The flights of a day.
   *
   * @param date the day
   * @param answered how many flights each version answered
   */
  record Day(LocalDate date, Map<Integer, Integer> answered) {
    int flights() {
      return answered.values().stream().mapToInt(Integer::intValue).sum();
    }

    int by(int version) {
      return answered.getOrDefault(version, 0);
    }
  }

  /**
   * A change of a rollout.
   *
   * @param date the day
   * @param status the state after it
   */
  record Event(LocalDate date, RolloutStatus status) {}
}

package io.mlops4j.samples.quickstart;

import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.registry.AliasRecord;
import java.util.List;

/**
 * How the story went.
 *
 * @param published the three versions, in order
 * @param months February to June
 * @param plantedWeek the week of the planted change against January
 * @param noticed the alarms, in order, and what was done about them
 * @param history how the champion changed in this run, the oldest change first
 */
record Outcome(
    List<Versions.Published> published,
    List<Month.Summary> months,
    DriftReport plantedWeek,
    List<Watch.Noticed> noticed,
    List<AliasRecord> history) {

  int flights() {
    return months.stream().mapToInt(Month.Summary::rows).sum();
  }

  int failedRequests() {
    return months.stream().mapToInt(Month.Summary::failed).sum();
  }
}

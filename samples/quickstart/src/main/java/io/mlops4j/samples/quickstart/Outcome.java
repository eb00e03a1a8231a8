package io.mlops4j.samples.quickstart;

import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.registry.AliasRecord;
import java.util.List;

/**
 * The results of a run.
 *
 * @param published the three versions, in order
 * @param months February to June
 * @param plantedWeek the week of the planted change against January
 * @param noticed the alarms in order, with their rollbacks
 * @param history the changes of the champion in this run, oldest first
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

package io.mlops4j.monitor.log;

import io.mlops4j.inference.PredictionId;
import java.util.List;
import java.util.Objects;

/**
 * The result of calling the models again.
 *
 * @param equal rows of which every logged output has the same bits
 * @param different rows with another output
 * @param notReplayable rows that cannot be asked again, or whose outputs were not logged
 * @param damaged rows that cannot be read because their bytes are damaged
 * @param findings the first thousand rows that are different or not replayable
 */
public record Replay(
    long equal, long different, long notReplayable, long damaged, List<Finding> findings) {
  /**
   * Copies the findings.
   *
   * @param equal rows of which every logged output has the same bits
   * @param different rows with another output
   * @param notReplayable rows that cannot be asked again
   * @param damaged rows that cannot be read
   * @param findings the first thousand rows that are different or not replayable
   */
  public Replay {
    findings = List.copyOf(findings);
  }

  /**
   * A row that is different or not replayable.
   *
   * @param id the prediction
   * @param different whether the row was answered anew with another output
   * @param reason the output with both values, or why the row was not asked
   */
  public record Finding(PredictionId id, boolean different, String reason) {
    /**
     * Checks that nothing is null.
     *
     * @param id the prediction
     * @param different whether the row was answered anew with another output
     * @param reason the output with both values, or why the row was not asked
     */
    public Finding {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(reason, "reason");
    }
  }
}

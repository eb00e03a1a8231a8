package io.mlops4j.monitor;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a monitor's state is stored, as of the newest attempt. See {@link MonitorBuilder#stateIn}.
 *
 * @param folder the folder
 * @param newest when the newest snapshot was stored, by the monitor's clock
 * @param snapshotBytes the size of the newest snapshot
 * @param journalBytes the bytes of labels and predictions since that snapshot
 * @param tornBytes bytes that an earlier process had not acknowledged when it ended; they were left
 *     out at the start
 * @param damages what could not be read at the start, in words; empty if all state was there
 * @param problem why the state cannot be stored now; empty if it can. The monitor tries again every
 *     second
 */
public record StateStatus(
    Path folder,
    Instant newest,
    long snapshotBytes,
    long journalBytes,
    long tornBytes,
    List<String> damages,
    Optional<String> problem) {
  /**
   * Checks that nothing is null, and copies the list.
   *
   * @param folder the folder
   * @param newest when the newest snapshot was stored
   * @param snapshotBytes the size of the newest snapshot
   * @param journalBytes the bytes since that snapshot
   * @param tornBytes bytes that an earlier process had not acknowledged
   * @param damages what could not be read at the start
   * @param problem why the state cannot be stored now
   */
  public StateStatus {
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(newest, "newest");
    damages = List.copyOf(damages);
    Objects.requireNonNull(problem, "problem");
  }
}

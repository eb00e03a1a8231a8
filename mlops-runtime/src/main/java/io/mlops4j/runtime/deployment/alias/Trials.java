package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The running trials of a follower, including those that were abandoned. Thread safe. */
final class Trials {
  private static final int MOST_ABANDONED = 8;

  private final Set<VersionTrial> running = ConcurrentHashMap.newKeySet();

  void add(VersionTrial trial) {
    running.add(trial);
  }

  void remove(VersionTrial trial) {
    running.remove(trial);
  }

  /** Returns why another trial of a version must wait, or null. */
  @Nullable String hindrance(ModelVersion version) {
    long abandoned = count(trial -> true);
    if (count(trial -> !trial.isCutOff() && version.equals(trial.record.to())) > 0) {
      return "an earlier trial of " + version + " was abandoned and still goes on";
    }
    return abandoned < MOST_ABANDONED
        ? null
        : abandoned
            + " trials were abandoned and still go on, expected fewer than "
            + MOST_ABANDONED
            + "; they end by themselves or with the process";
  }

  private long count(Predicate<VersionTrial> which) {
    return running.stream().filter(trial -> trial.abandoned).filter(which).count();
  }

  /** The abandoned ones first. */
  List<DeploymentStatus.Trial> status() {
    List<DeploymentStatus.Trial> all = new ArrayList<>();
    for (VersionTrial trial : running) {
      int at = trial.abandoned ? 0 : all.size();
      all.add(at, new DeploymentStatus.Trial(trial.record, trial.since, trial.abandoned));
    }
    return all;
  }
}

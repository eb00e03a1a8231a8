package io.mlops4j.runtime.serving;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.ProtectionFigures;
import io.mlops4j.inference.RuntimeFigures;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Placement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Figures of one moment. */
record Figures(
    List<ModelFigures> models,
    int waiting,
    int queued,
    long rejected,
    long hostBytes,
    long arrowBytes,
    long modelBytes,
    int idleModels,
    int abandonedLoads,
    int abandonedRuns)
    implements RuntimeFigures {

  /** The figures of one model. */
  record OfModel(
      ServedBy servedBy,
      InferenceEvent.Route route,
      boolean isStandby,
      Optional<Placement> placement,
      Optional<ProtectionFigures> protection,
      int running,
      int waiting,
      long rejected,
      int abandonedRuns,
      long nativeBytes,
      Optional<Duration> cpuTime)
      implements ModelFigures {}
}

package io.mlops4j.samples.monitoring;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.log.Erasure;
import io.mlops4j.monitor.log.LoggedPrediction;
import io.mlops4j.monitor.log.LoggedPredictions;
import io.mlops4j.monitor.log.PredictionLog;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.vector.VarCharVector;

/** A passenger complains. The log says what was predicted, from what and by which version. */
final class MonthsLater {
  private MonthsLater() {}

  static void ask(ModelRuntime runtime, ModelRegistry registry, Folders folders, Outcome outcome) {
    ModelVersion wrong = Objects.requireNonNull(outcome.rollbacks.get(0).from());
    LoggedPredictions ofWrong =
        PredictionLog.open(folders.predictions(), runtime.allocator())
            .servedBy(by -> by.version().filter(wrong::equals).isPresent());
    String flight = firstFlight(ofWrong);
    LoggedPrediction one = ofWrong.find(Story.KEY, flight).get(0);

    Map<ServedBy, Model> models = new HashMap<>();
    io.mlops4j.monitor.log.Replay replay =
        ofWrong.replay(
            by ->
                models.computeIfAbsent(
                    by,
                    it ->
                        runtime.load(
                            registry,
                            it.version().orElseThrow().toString(),
                            LoadOptions.defaults())));
    models.values().forEach(Model::close);

    try (PredictionLog log =
        PredictionLog.builder(folders.predictions(), runtime.allocator()).keys(Story.KEY).start()) {
      Erasure erasure = log.erase(Story.KEY, flight);
      outcome.answered(new Outcome.Later(one, rows(ofWrong) + erasure.rows(), replay, erasure));
    }
  }

  private static String firstFlight(LoggedPredictions logged) {
    try (FeatureReader rows = logged.read()) {
      FeatureBatch first = rows.iterator().next();
      return String.valueOf(((VarCharVector) first.column(Story.KEY)).getObject(0));
    }
  }

  private static long rows(LoggedPredictions logged) {
    long count = 0;
    try (FeatureReader rows = logged.read()) {
      for (FeatureBatch block : rows) {
        count += block.rows();
      }
    }
    return count;
  }
}

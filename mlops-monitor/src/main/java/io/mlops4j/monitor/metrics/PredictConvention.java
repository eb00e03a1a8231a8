package io.mlops4j.monitor.metrics;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** The names and key values that {@link InferenceObservations} documents. */
final class PredictConvention implements ObservationConvention<InferenceContext> {
  @Override
  public boolean supportsContext(Observation.Context context) {
    return context instanceof InferenceContext;
  }

  @Override
  public String getName() {
    return "mlops4j.predict";
  }

  @Override
  public String getContextualName(InferenceContext context) {
    return "predict " + context.servedBy().model();
  }

  @Override
  public KeyValues getLowCardinalityKeyValues(InferenceContext context) {
    ServedLabels labels = ServedLabels.of(context.servedBy());
    return KeyValues.of(
        "model", labels.model(), "alias", labels.alias(), "engine", labels.engine());
  }

  @Override
  public KeyValues getHighCardinalityKeyValues(InferenceContext context) {
    ServedLabels labels = ServedLabels.of(context.servedBy());
    return KeyValues.of(
        "version",
        labels.version(),
        "digest",
        context.servedBy().digest().toString(),
        "rows",
        Integer.toString(context.rows()));
  }
}

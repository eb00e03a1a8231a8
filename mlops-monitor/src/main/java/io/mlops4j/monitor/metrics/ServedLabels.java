package io.mlops4j.monitor.metrics;

import io.micrometer.core.instrument.Tags;
import io.mlops4j.inference.ServedBy;

/** The parts of {@link ServedBy} that become tags. */
record ServedLabels(String model, String version, String alias, String engine) {
  /** The labels of models without room for meters of their own. */
  static final ServedLabels OTHER = new ServedLabels("other", "other", "other", "other");

  private static final String NONE = "none";

  static ServedLabels of(ServedBy by) {
    return new ServedLabels(
        by.model(),
        by.version().map(version -> Integer.toString(version.number())).orElse(NONE),
        by.alias().map(record -> record.alias()).orElse(NONE),
        by.engine());
  }

  Tags tags() {
    return Tags.of("model", model, "version", version, "alias", alias, "engine", engine);
  }
}

package io.mlops4j.monitor.live;

import io.mlops4j.internal.Suggestions;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.TimeProfile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rejects settings with which a monitor could watch nothing, before it starts. */
public final class SettingsCheck {
  private final MonitorSettings settings;
  private final Profile reference;
  private final @Nullable String key;
  private final @Nullable String score;

  public SettingsCheck(MonitorSettings settings) {
    this.settings = settings;
    this.reference = settings.reference();
    this.key = settings.keyColumn();
    PerformanceRules performance = settings.performance();
    this.score = performance == null ? null : performance.task().output();
  }

  public void check(@Nullable ModelCard card) {
    checkParts();
    checkRows();
    if (settings.watchesDrift()) {
      Profile watched = reference.without(settings.switchedOff());
      checkColumns(watched);
      checkWindow();
      DriftReport.compare(watched, watched, settings.policy()); // throws if they do not fit
    }
    checkQuality();
    checkLabels();
    checkKey();
    checkScore();
    if (card != null) {
      card.features().ifPresent(this::checkKeys);
      card.signature().ifPresent(signature -> checkColumns(signature, card));
    }
  }

  /** Returns the columns of a reference that are never compared. */
  static List<NotWatched> skipped(Profile reference) {
    List<NotWatched> skipped = new ArrayList<>();
    for (String name : reference.columns()) {
      ColumnProfile column = reference.column(name);
      if (column instanceof SkippedColumn one) {
        skipped.add(new NotWatched(name, one.detail()));
      } else if (column instanceof TimeProfile) {
        skipped.add(new NotWatched(name, "times are not compared"));
      }
    }
    return skipped;
  }

  private void checkRows() {
    if (reference.rows() == 0) {
      throw new IllegalArgumentException(
          "reference: found no rows, expected the rows to compare live rows with; a reader gives"
              + " its rows only once, so profile a new reader");
    }
    int least = Math.max(DriftPolicy.DEFAULT_MINIMUM_ROWS, leastRows());
    if (reference.rows() < least) {
      throw new IllegalArgumentException(
          "reference: found %d rows, expected at least %d, because fewer are never enough for a verdict"
              .formatted(reference.rows(), least));
    }
  }

  /** The rows of a window of time are known only when it ends. */
  private void checkWindow() {
    int least = leastRows();
    if (settings.window().isFullOf(least - 1)) {
      throw new IllegalArgumentException(
          "window: found %s, expected at least %d rows, because fewer are never enough for a verdict; Window.sliding(...) judges often"
              .formatted(settings.window(), least));
    }
  }

  /** The rows without which a feature or an output gets no verdict. */
  private int leastRows() {
    return Math.max(
        settings.parts().features() ? settings.features().minimumRows() : 1,
        settings.parts().outputs() ? settings.outputs().minimumRows() : 1);
  }

  private static void checkColumns(Profile reference) {
    List<NotWatched> skipped = skipped(reference);
    if (skipped.size() == reference.columns().size()) {
      throw new IllegalArgumentException(
          "reference: found no column that can be compared, expected at least one of numbers,"
              + " categories or vectors"
              + (skipped.isEmpty() ? "" : "; not compared are " + skipped));
    }
  }

  private void checkParts() {
    if (!settings.watchesAny()) {
      throw new IllegalArgumentException(
          "without: found %s and %s, expected a part that is watched"
              .formatted(settings.without(), settings.labels() == null ? "no labels" : "labels"));
    }
  }

  private void checkQuality() {
    List<String> columns = settings.quality().reference().profile().columns();
    if (!columns.equals(reference.columns())) {
      throw new IllegalArgumentException(
          "quality: found a reference with the columns %s, expected those of the monitor's reference: %s"
              .formatted(columns, reference.columns()));
    }
  }

  private void checkLabels() {
    PerformanceRules performance = settings.performance();
    if (performance != null
        && settings.labels() == null
        && (performance.estimator() == null || !performance.bounds().isEmpty())) {
      throw new IllegalArgumentException(
          "labels: found performance(...) without labels to compare with; add"
              + " labels(LabelJoin...), or leave it out to watch drift only");
    }
  }

  private void checkKey() {
    boolean compared =
        key != null
            && reference.columns().contains(key)
            && !(reference.column(key) instanceof SkippedColumn);
    if (compared) {
      throw new IllegalArgumentException(
          ("reference: found column \"%s\", which is the key of labels(...) and never repeats;"
                  + " build the reference with Profile.builder().except(\"%s\")")
              .formatted(key, key));
    }
  }

  private void checkScore() {
    if (score != null
        && reference.columns().contains(score)
        && reference.column(score).role() == Role.FEATURE) {
      throw asFeature(score, "the output of performance(...)");
    }
  }

  private static IllegalArgumentException asFeature(String name, String what) {
    return new IllegalArgumentException(
        ("reference: found \"%s\" as a feature, but it is %s; build the reference with"
                + " Profile.builder().add(features, outputs), or leave it out with except(\"%s\")")
            .formatted(name, what, name));
  }

  private void checkKeys(FeatureSchema schema) {
    if (key != null && !schema.keys().isEmpty() && !schema.keys().contains(key)) {
      throw new IllegalArgumentException(
          "labels: found key \"%s\", expected one of the card's keys %s%s"
              .formatted(key, schema.keys(), Suggestions.hint(key, schema.keys())));
    }
  }

  private void checkColumns(ModelSignature signature, ModelCard card) {
    List<String> outputs = signature.outputs().stream().map(ValueSpec::name).toList();
    List<String> inputs = inputs(signature, card);
    if (score != null && !outputs.contains(score)) {
      throw new IllegalArgumentException(
          "performance: found output \"%s\", expected one of %s%s"
              .formatted(score, outputs, Suggestions.hint(score, outputs)));
    }
    for (String name : reference.columns()) {
      boolean feature = reference.column(name).role() == Role.FEATURE;
      if (feature && outputs.contains(name) && !inputs.contains(name)) {
        throw asFeature(name, "an output of the model");
      }
      List<String> known = feature ? inputs : outputs;
      if (!known.isEmpty() && !known.contains(name)) {
        throw new IllegalArgumentException(
            "reference: found %s \"%s\", which the model of the card does not have, expected one of %s%s"
                .formatted(
                    feature ? "feature" : "output", name, known, Suggestions.hint(name, known)));
      }
    }
  }

  /** Returns the columns that a model reads; empty if the columns may have other names. */
  private static List<String> inputs(ModelSignature signature, ModelCard card) {
    Map<String, String> ruled = new HashMap<>();
    card.featureRules().forEach(rule -> ruled.put(rule.name(), rule.column()));
    if (card.features().isPresent()) {
      FeatureSchema schema = card.features().get();
      return Stream.concat(
              schema.features().stream()
                  .map(feature -> ruled.getOrDefault(feature.name(), feature.column())),
              schema.keys().stream())
          .toList();
    }
    return signature.inputs().stream().anyMatch(SettingsCheck::isWide)
        ? List.of()
        : signature.inputs().stream()
            .map(input -> ruled.getOrDefault(input.name(), input.name()))
            .toList();
  }

  /** Whether several columns may feed an input. */
  private static boolean isWide(ValueSpec input) {
    return !(input instanceof TensorSpec tensor)
        || tensor.anyRank()
        || tensor.shape().stream().skip(1).anyMatch(dim -> dim.size().orElse(0) != 1);
  }
}

package io.mlops4j.monitor.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.rollout.Evidence;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Writes the JSON that {@link DriftReport#toJson} describes. */
final class ReportJson {
  private static final int MOVEMENTS = 10;

  private final JsonGenerator out;

  private ReportJson(JsonGenerator out) {
    this.out = out;
  }

  static String write(DriftReport report) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      new ReportJson(out).report(report);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return text.toString();
  }

  private void report(DriftReport report) throws IOException {
    out.writeStartObject();
    out.writeStringField("format", "mlops4j-drift-report");
    out.writeNumberField("version", 2);
    subject(report.subject());
    profile("reference", report.reference());
    profile("current", report.current());
    out.writeObjectFieldStart("dataSet");
    out.writeStringField("drift", report.dataSet().token());
    out.writeNumberField("columnsJudged", report.judgedColumns());
    out.writeNumberField("columnsDrifted", report.driftedFeatures().size());
    out.writeEndObject();
    names("driftedFeatures", report.driftedFeatures().stream().map(FeatureDrift::name).toList());
    policy(report.policy());
    names("keysNotJudged", report.keysNotJudged());
    out.writeArrayFieldStart("features");
    for (FeatureDrift feature : report.features()) {
      feature(feature, report.rules());
    }
    out.writeEndArray();
    if (report.predictionShift().isPresent()) {
      predictionShift(report.predictionShift().orElseThrow());
    }
    if (!report.slices().isEmpty()) {
      slices(report);
    }
    out.writeArrayFieldStart("skipped");
    for (SkippedColumn column : report.skipped()) {
      skipped(column);
    }
    out.writeEndArray();
    names("onlyInReference", report.onlyInReference());
    names("onlyInCurrent", report.onlyInCurrent());
    out.writeEndObject();
  }

  private void slices(DriftReport report) throws IOException {
    List<SliceDrift> shown = report.shownSlices();
    out.writeObjectFieldStart("slices");
    out.writeNumberField("compared", report.slices().size());
    out.writeNumberField("tooFewRows", report.slices().size() - shown.size());
    out.writeArrayFieldStart("slices");
    for (SliceDrift slice : shown) {
      out.writeStartObject();
      out.writeStringField("name", slice.slice());
      out.writeNumberField("referenceRows", slice.reference().rows());
      out.writeNumberField("currentRows", slice.current().rows());
      names("driftedFeatures", slice.driftedFeatures().stream().map(FeatureDrift::name).toList());
      out.writeArrayFieldStart("features");
      for (FeatureDrift feature : slice.features()) {
        out.writeStartObject();
        out.writeStringField("name", feature.name());
        verdict(feature.verdict());
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void policy(DriftPolicy policy) throws IOException {
    out.writeObjectFieldStart("policy");
    out.writeNumberField("dataSetBound", policy.dataSetBound());
    out.writeNumberField("falseDiscoveryRate", policy.falseDiscoveryRate());
    names("keyFeatures", List.copyOf(policy.keyFeatures()));
    out.writeEndObject();
  }

  private void profile(String field, Profile profile) throws IOException {
    out.writeObjectFieldStart(field);
    out.writeNumberField("rows", profile.rows());
    out.writeStringField("digest", profile.digest().toString());
    out.writeEndObject();
  }

  private void names(String field, List<String> names) throws IOException {
    out.writeFieldName(field);
    out.writeArray(names.toArray(String[]::new), 0, names.size());
  }

  private void subject(ReportSubject subject) throws IOException {
    out.writeObjectFieldStart("subject");
    text("model", subject.model());
    text("version", subject.version());
    text("referencePeriod", subject.referencePeriod());
    text("currentPeriod", subject.currentPeriod());
    text("date", subject.date().map(Instant::toString));
    out.writeEndObject();
  }

  private void text(String name, Optional<String> text) throws IOException {
    if (text.isPresent()) {
      out.writeStringField(name, text.get());
    }
  }

  private void feature(FeatureDrift feature, ExportRules rules) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", feature.name());
    out.writeStringField("role", lower(feature.role()));
    out.writeStringField(
        "kind", feature.reference() instanceof NumberProfile ? "numbers" : "categories");
    out.writeBooleanField("key", feature.key());
    selection(feature.selection());
    verdict(feature.verdict());
    if (!(feature.verdict() instanceof DriftVerdict.InsufficientData)) {
      movements(feature.movements());
    }
    out.writeNumberField("referenceMissing", missing(feature.reference()));
    out.writeNumberField("currentMissing", missing(feature.current()));
    ReportedBins.of(feature.columns(), rules).write(out);
    out.writeArrayFieldStart("evidence");
    for (Evidence evidence : feature.evidence()) {
      evidence(evidence);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void selection(Selection selection) throws IOException {
    out.writeObjectFieldStart("selection");
    out.writeStringField("effect", selection.effect());
    out.writeStringField("test", selection.test());
    out.writeStringField("reason", selection.reason());
    out.writeEndObject();
  }

  private void movements(List<Movement> movements) throws IOException {
    out.writeArrayFieldStart("movements");
    for (Movement movement : movements.subList(0, Math.min(MOVEMENTS, movements.size()))) {
      out.writeStartObject();
      out.writeStringField("value", movement.value());
      number("reference", movement.reference());
      number("current", movement.current());
      number("contribution", movement.contribution());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void verdict(DriftVerdict verdict) throws IOException {
    if (verdict instanceof DriftVerdict.Drifted drifted) {
      out.writeStringField("verdict", "drifted");
      measured(drifted.measure(), drifted.effect(), drifted.bound(), drifted.adjustedPValue());
    } else if (verdict instanceof DriftVerdict.Stable stable) {
      out.writeStringField("verdict", "stable");
      measured(stable.measure(), stable.effect(), stable.bound(), stable.adjustedPValue());
    } else {
      out.writeStringField("verdict", "insufficient-data");
      out.writeNumberField("rowsNeeded", ((DriftVerdict.InsufficientData) verdict).rowsNeeded());
    }
  }

  private void measured(String measure, double effect, double bound, double adjustedPValue)
      throws IOException {
    out.writeStringField("measure", measure);
    number("effect", effect);
    number("bound", bound);
    number("adjustedPValue", adjustedPValue);
  }

  private static long missing(ColumnProfile column) {
    return column instanceof NumberProfile numbers
        ? numbers.missing()
        : ((CategoryProfile) column).missing();
  }

  private void evidence(Evidence evidence) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", evidence.name());
    number("measured", evidence.measured());
    number("bound", evidence.bound());
    out.writeStringField("text", evidence.text());
    out.writeEndObject();
  }

  private void predictionShift(PredictionShift shift) throws IOException {
    out.writeObjectFieldStart("predictionShift");
    number("referenceMean", shift.referenceMean());
    number("currentMean", shift.currentMean());
    estimate("shift", shift.shift());
    out.writeArrayFieldStart("parts");
    for (PredictionShift.Part part : shift.parts()) {
      out.writeStartObject();
      out.writeStringField("feature", part.feature());
      estimate("explained", part.explained());
      out.writeEndObject();
    }
    out.writeEndArray();
    estimate("remainder", shift.remainder());
    out.writeNumberField("referenceRows", shift.referenceRows());
    out.writeNumberField("currentRows", shift.currentRows());
    out.writeNumberField("seed", shift.seed());
    out.writeEndObject();
  }

  private void estimate(String field, PredictionShift.Estimate estimate) throws IOException {
    out.writeObjectFieldStart(field);
    number("value", estimate.value());
    number("standardError", estimate.standardError());
    number("margin", estimate.margin());
    out.writeEndObject();
  }

  private void skipped(SkippedColumn column) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", column.name());
    out.writeStringField("role", lower(column.role()));
    out.writeStringField("reason", lower(column.reason()));
    out.writeStringField("detail", column.detail());
    out.writeEndObject();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void number(String name, double value) throws IOException {
    if (Double.isFinite(value)) {
      out.writeNumberField(name, value);
    } else if (Double.isNaN(value)) {
      out.writeNullField(name);
    } else {
      out.writeStringField(name, Double.toString(value));
    }
  }
}

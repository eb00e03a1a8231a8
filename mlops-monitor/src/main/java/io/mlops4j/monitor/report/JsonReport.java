package io.mlops4j.monitor.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.mlops4j.monitor.drift.ComparisonMethod;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.Movement;
import io.mlops4j.monitor.drift.ReportSubject;
import io.mlops4j.monitor.drift.SliceDrift;
import io.mlops4j.monitor.explain.PredictionShift;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.rollout.Evidence;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A report for programs, as JSON by a published schema. Existing fields stay. New ones may be
 * added. A figure without a value is null, and an infinite one the text {@code "Infinity"}.
 * Immutable and thread safe.
 */
public final class JsonReport {
  private final String json;

  private JsonReport(Document document) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      document.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    this.json = text.toString();
  }

  private interface Document {
    void write(JsonGenerator out) throws IOException;
  }

  /**
   * Returns a drift report as JSON by {@link #driftSchema}:
   *
   * <pre>
   * {"format": "mlops4j-drift-report", "version": 2,
   *  "subject": {"model", "version", "referencePeriod", "currentPeriod", "date"}   what was stated
   *  "reference": {"rows", "digest"}, "current": {"rows", "digest"},
   *  "dataSet": {"drift": "none|limited|widespread|not-judged", "columnsJudged", "columnsDrifted"},
   *  "driftedFeatures": ["name"],
   *  "policy": {"dataSetBound", "falseDiscoveryRate", "keyFeatures": ["name"]},
   *  "keysNotJudged": ["name"],
   *  "features": [as {@link DriftReport#features}
   *    {"name", "role": "feature|output", "kind": "numbers|categories", "key": true|false,
   *     "selection": {"effect", "test", "reason"},
   *     "verdict": "drifted|stable|insufficient-data",
   *     "measure", "effect", "bound", "adjustedPValue"    of drifted and stable
   *     "movements": [{"value", "reference", "current", "contribution"}]   of them, the first ten
   *     "rowsNeeded"                                      of insufficient-data
   *     "referenceMissing", "currentMissing",
   *     "bins": of numbers {"edges": [], "reference": [], "current": []}: counts, one more than edges
   *       of categories {"labels": [], "reference": [], "current": [],
   *         "suppressed": {"categories", "reference", "current"}, "rest": {"reference", "current"}}
   *     "evidence": [{"name", "measured", "bound", "text"}]}],
   *  "predictionShift":                                   only if one was added
   *    {"referenceMean", "currentMean", "shift": {"value", "standardError", "margin"},
   *     "parts": [{"feature", "explained": {as shift}}], "remainder": {as shift},
   *     "referenceRows", "currentRows", "seed"},
   *  "slices":                                            only if slices were compared
   *    {"compared", "tooFewRows",
   *     "slices": [as {@link DriftReport#slices}, without those with too few rows
   *       {"name", "referenceRows", "currentRows", "driftedFeatures": ["name"],
   *        "features": [{"name", "verdict" and its fields, as above}]}]},
   *  "skipped": [{"name", "role", "reason", "detail"}],
   *  "onlyInReference": ["name"], "onlyInCurrent": ["name"]}
   * </pre>
   *
   * @param report the report
   * @return its JSON form
   */
  public static JsonReport of(DriftReport report) {
    Objects.requireNonNull(report, "report");
    return new JsonReport(out -> new Writer(out, report.exportRules()).report(report, null));
  }

  /**
   * Returns a drift report with the part of each feature in the shift of a model's predictions.
   *
   * @param report the report
   * @param shift the shift, made of the compared rows or of some of them
   * @return its JSON form, as {@link #of(DriftReport)}
   */
  public static JsonReport of(DriftReport report, PredictionShift shift) {
    Objects.requireNonNull(report, "report");
    Objects.requireNonNull(shift, "shift");
    return new JsonReport(out -> new Writer(out, report.exportRules()).report(report, shift));
  }

  /**
   * Returns a report of data quality as JSON by {@link #qualitySchema}:
   *
   * <pre>
   * {"format": "mlops4j-quality-report", "version": 1,
   *  "rows", "checkedRows", "passed": true|false,
   *  "results": [one for each check of each column, as {@link QualityReport#results}
   *    {"column", "check": "range", "result": "failed|passed|not-checked",
   *     "measured", "bound"                  of failed and passed
   *     "relativeEffect", "text", "advice"   of failed
   *     "reason"}]}                          of not-checked
   * </pre>
   *
   * @param report the report
   * @return its JSON form
   */
  public static JsonReport of(QualityReport report) {
    Objects.requireNonNull(report, "report");
    return new JsonReport(out -> QualityJson.write(out, report));
  }

  /** {@return the document; JSON} */
  public String toJson() {
    return json;
  }

  /**
   * Writes the document in UTF-8. An existing file is replaced when the new one is complete.
   *
   * @param file the file
   * @throws io.mlops4j.error.DataException if it cannot be written
   */
  public void write(Path file) {
    ReportFiles.write(file, json);
  }

  /**
   * Returns the schema of drift reports. The jar holds it beside this class, as {@code
   * drift-report.schema.json}.
   *
   * @return JSON Schema, draft 2020-12
   */
  public static String driftSchema() {
    return ReportFiles.resource("drift-report.schema.json");
  }

  /**
   * Returns the schema of reports of data quality. The jar holds it beside this class, as {@code
   * quality-report.schema.json}.
   *
   * @return JSON Schema, draft 2020-12
   */
  public static String qualitySchema() {
    return ReportFiles.resource("quality-report.schema.json");
  }

  /** Writes the fields of one document. */
  private static final class Writer {
    private static final int MOVEMENTS = 10;

    private final JsonGenerator out;
    private final ExportRules rules;

    Writer(JsonGenerator out, ExportRules rules) {
      this.out = out;
      this.rules = rules;
    }

    void report(DriftReport report, @Nullable PredictionShift shift) throws IOException {
      out.writeStartObject();
      out.writeStringField("format", "mlops4j-drift-report");
      out.writeNumberField("version", 2);
      subject(report.subject());
      profile("reference", report.reference());
      profile("current", report.current());
      out.writeObjectFieldStart("dataSet");
      out.writeStringField("drift", lower(report.dataSet()));
      out.writeNumberField("columnsJudged", report.judgedColumns());
      out.writeNumberField("columnsDrifted", report.driftedFeatures().size());
      out.writeEndObject();
      drifted(report.driftedFeatures());
      policy(report.policy());
      names("keysNotJudged", report.keysNotJudged());
      out.writeArrayFieldStart("features");
      for (FeatureDrift feature : report.features()) {
        feature(feature);
      }
      out.writeEndArray();
      if (shift != null) {
        predictionShift(shift);
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
      List<SliceDrift> shown = SliceSection.shown(report);
      out.writeObjectFieldStart("slices");
      out.writeNumberField("compared", report.slices().size());
      out.writeNumberField("tooFewRows", report.slices().size() - shown.size());
      out.writeArrayFieldStart("slices");
      for (SliceDrift slice : shown) {
        out.writeStartObject();
        out.writeStringField("name", slice.slice());
        out.writeNumberField("referenceRows", slice.reference().rows());
        out.writeNumberField("currentRows", slice.current().rows());
        drifted(slice.driftedFeatures());
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

    private void drifted(List<FeatureDrift> features) throws IOException {
      names("driftedFeatures", features.stream().map(FeatureDrift::name).toList());
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

    private void feature(FeatureDrift feature) throws IOException {
      out.writeStartObject();
      out.writeStringField("name", feature.name());
      out.writeStringField("role", lower(feature.role()));
      out.writeStringField(
          "kind", feature.reference() instanceof NumberProfile ? "numbers" : "categories");
      out.writeBooleanField("key", feature.key());
      method(feature.method());
      verdict(feature.verdict());
      if (feature.judged()) {
        movements(feature.movements());
      }
      out.writeNumberField("referenceMissing", missing(feature.reference()));
      out.writeNumberField("currentMissing", missing(feature.current()));
      new ReportedBins(feature, rules).write(out);
      out.writeArrayFieldStart("evidence");
      for (Evidence evidence : feature.evidence()) {
        evidence(evidence);
      }
      out.writeEndArray();
      out.writeEndObject();
    }

    private void method(ComparisonMethod method) throws IOException {
      out.writeObjectFieldStart("selection");
      out.writeStringField("effect", method.effect());
      out.writeStringField("test", method.test());
      out.writeStringField("reason", method.reason());
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
      if (verdict instanceof DriftVerdict.Judged judged) {
        out.writeStringField(
            "verdict", judged instanceof DriftVerdict.Drifted ? "drifted" : "stable");
        out.writeStringField("measure", judged.measure());
        number("effect", judged.effect());
        number("bound", judged.bound());
        number("adjustedPValue", judged.adjustedPValue());
      } else {
        out.writeStringField("verdict", "insufficient-data");
        out.writeNumberField("rowsNeeded", ((DriftVerdict.InsufficientData) verdict).rowsNeeded());
      }
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
      for (var part : shift.parts().entrySet()) {
        out.writeStartObject();
        out.writeStringField("feature", part.getKey());
        estimate("explained", part.getValue());
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
      QualityJson.number(out, name, value);
    }
  }
}

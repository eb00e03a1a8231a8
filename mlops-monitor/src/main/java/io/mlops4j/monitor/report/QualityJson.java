package io.mlops4j.monitor.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.monitor.quality.QualityResult;
import java.io.IOException;
import java.util.Locale;

/** The JSON of a report of data quality. */
final class QualityJson {
  private QualityJson() {}

  static void write(JsonGenerator out, QualityReport report) throws IOException {
    out.writeStartObject();
    out.writeStringField("format", "mlops4j-quality-report");
    out.writeNumberField("version", 1);
    out.writeNumberField("rows", report.rows());
    out.writeNumberField("checkedRows", report.checkedRows());
    out.writeBooleanField("passed", report.passed());
    out.writeArrayFieldStart("results");
    for (QualityResult result : report.results()) {
      write(out, result);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, QualityResult result) throws IOException {
    out.writeStartObject();
    out.writeStringField("column", result.column());
    out.writeStringField("check", result.check().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    if (result instanceof QualityResult.Failed failed) {
      out.writeStringField("result", "failed");
      number(out, "measured", failed.measured());
      number(out, "bound", failed.bound());
      number(out, "relativeEffect", failed.relativeEffect());
      out.writeStringField("text", failed.text());
      out.writeStringField("advice", failed.advice());
    } else if (result instanceof QualityResult.Passed passed) {
      out.writeStringField("result", "passed");
      number(out, "measured", passed.measured());
      number(out, "bound", passed.bound());
    } else {
      out.writeStringField("result", "not-checked");
      out.writeStringField("reason", ((QualityResult.NotChecked) result).reason());
    }
    out.writeEndObject();
  }

  /** Writes a number; JSON has no NaN and no infinities. */
  static void number(JsonGenerator out, String name, double value) throws IOException {
    if (Double.isFinite(value)) {
      out.writeNumberField(name, value);
    } else if (Double.isNaN(value)) {
      out.writeNullField(name);
    } else {
      out.writeStringField(name, Double.toString(value));
    }
  }
}

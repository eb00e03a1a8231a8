package io.mlops4j.monitor.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.mlops4j.error.DataException;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.monitor.quality.QualityResult;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * A report of data quality for programs, as JSON by {@link #schema}. Existing fields stay. New ones
 * may be added.
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
 * <p>A figure without a value is null, and an infinite one the text {@code "Infinity"}. Immutable
 * and thread safe.
 */
public final class QualityJson {
  private final QualityReport report;

  private QualityJson(QualityReport report) {
    this.report = report;
  }

  /**
   * Returns the JSON form of a report.
   *
   * @param report the report
   * @return its JSON form
   */
  public static QualityJson of(QualityReport report) {
    return new QualityJson(Objects.requireNonNull(report, "report"));
  }

  /** {@return the document; JSON} */
  public String toJson() {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
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
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return text.toString();
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

  /**
   * Writes the document in UTF-8. An existing file is replaced when the new one is complete.
   *
   * @param file the file
   * @throws DataException if it cannot be written
   */
  public void write(Path file) {
    ReportFiles.write(file, toJson());
  }

  /**
   * Returns the schema of {@link #toJson}. The jar holds it beside this class, as {@code
   * quality-report.schema.json}.
   *
   * @return JSON Schema, draft 2020-12
   */
  public static String schema() {
    return ReportFiles.resource("quality-report.schema.json");
  }
}

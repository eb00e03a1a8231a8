package io.mlops4j.monitor.profile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** Writes the JSON that {@link Profile#toJson} describes. */
final class ProfileJson {
  private final JsonGenerator out;

  private ProfileJson(JsonGenerator out) {
    this.out = out;
  }

  static String write(Profile profile) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      new ProfileJson(out).profile(profile);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return text.toString();
  }

  private void profile(Profile profile) throws IOException {
    out.writeStartObject();
    out.writeNumberField("rows", profile.rows());
    out.writeStringField("digest", profile.digest().toString());
    out.writeArrayFieldStart("columns");
    for (String name : profile.columns()) {
      column(profile.column(name));
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void column(ColumnProfile column) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", column.name());
    out.writeStringField("role", column.role().name().toLowerCase(Locale.ROOT));
    if (column instanceof NumberProfile numbers) {
      numbers(numbers);
    } else if (column instanceof CategoryProfile categories) {
      categories(categories);
    } else {
      skipped((SkippedColumn) column);
    }
    out.writeEndObject();
  }

  private void numbers(NumberProfile numbers) throws IOException {
    out.writeStringField("kind", "numbers");
    out.writeNumberField("present", numbers.present());
    out.writeNumberField("missing", numbers.missing());
    out.writeNumberField("infinite", numbers.infinite());
    number("min", numbers.min());
    number("max", numbers.max());
    number("mean", numbers.mean());
    number("variance", numbers.variance());
    out.writeBooleanField("exact", numbers.exact());
    double[] edges = numbers.edges();
    long[] counts = numbers.counts();
    out.writeFieldName("edges");
    out.writeArray(edges, 0, edges.length);
    out.writeFieldName("counts");
    out.writeArray(counts, 0, counts.length);
  }

  private void categories(CategoryProfile categories) throws IOException {
    out.writeStringField("kind", "categories");
    out.writeNumberField("present", categories.present());
    out.writeNumberField("missing", categories.missing());
    out.writeBooleanField("namesAll", categories.namesAll());
    out.writeNumberField("rest", categories.rest());
    List<String> names = categories.names();
    long[] counts = categories.counts();
    out.writeArrayFieldStart("categories");
    for (int bin = 0; bin < names.size(); bin++) {
      out.writeStartObject();
      out.writeStringField("name", names.get(bin));
      out.writeNumberField("count", counts[bin]);
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void skipped(SkippedColumn column) throws IOException {
    out.writeStringField("kind", "skipped");
    out.writeStringField(
        "reason", column.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    out.writeStringField("detail", column.detail());
  }

  /** JSON has neither NaN nor infinity. */
  private void number(String name, double value) throws IOException {
    if (Double.isFinite(value)) {
      out.writeNumberField(name, value);
    } else {
      out.writeNullField(name);
    }
  }
}

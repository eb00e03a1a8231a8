package io.mlops4j.monitor.report.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.mlops4j.monitor.reference.Reference;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/** Writes what a reference chose as JSON, see {@link io.mlops4j.spi.DataProfiler#reference}. */
final class ReferenceJson {
  private ReferenceJson() {}

  static String write(Reference reference) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      out.writeNumberField("rows", reference.profile().rows());
      out.writeStringField("time", reference.time());
      out.writeStringField("window", reference.window().toString());
      out.writeNumberField("windowRows", reference.windowRows());
      out.writeArrayFieldStart("columns");
      for (String name : reference.profile().columns()) {
        out.writeString(name);
      }
      out.writeEndArray();
      out.writeObjectFieldStart("boundFactors");
      for (Map.Entry<String, Double> one : reference.boundFactors().entrySet()) {
        out.writeNumberField(one.getKey(), one.getValue());
      }
      out.writeEndObject();
      out.writeStringField("digest", reference.digest().toString());
      out.writeStringField("summary", reference.toString());
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return text.toString();
  }
}

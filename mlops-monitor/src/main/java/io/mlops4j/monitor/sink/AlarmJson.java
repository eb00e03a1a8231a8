package io.mlops4j.monitor.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.rollout.Evidence;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An alarm as one line of JSON, of the {@linkplain AlarmSink#schema published schema}. It has no
 * more than {@value #MOST_BYTES} bytes: names and texts are cut, and findings that do not fit are
 * left out and counted.
 */
final class AlarmJson {
  /** The largest size of a line in bytes, without its end. */
  static final int MOST_BYTES = 65_536;

  private static final int MOST_FINDINGS = 64;
  private static final int LONGEST = 500;
  private static final int LONGEST_TEXT = 2_000;

  private AlarmJson() {}

  /**
   * The key of an alarm: the same for every delivery, also after a restart another one for others.
   */
  static String key(Alarm alarm, @Nullable String source) {
    return (source == null ? "" : source + "/") + alarm.id() + "@" + alarm.at();
  }

  static String line(Alarm alarm, @Nullable String source) {
    int most = MOST_FINDINGS;
    String line = line(alarm, source, most);
    while (line.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES && most > 0) {
      most /= 2;
      line = line(alarm, source, most);
    }
    return line;
  }

  private static <T> List<T> first(List<T> all, int most) {
    return all.subList(0, Math.min(most, all.size()));
  }

  private static String line(Alarm alarm, @Nullable String source, int most) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("format", "mlops4j-alarm");
      out.writeNumberField("version", 2);
      out.writeStringField("key", key(alarm, source));
      if (source != null) {
        out.writeStringField("source", source);
      }
      out.writeStringField("id", alarm.id());
      out.writeStringField("kind", lower(alarm.kind()));
      out.writeStringField("at", alarm.at().toString());
      servedBy(out, alarm.servedBy());
      if (alarm.compared().isPresent()) {
        compared(out, alarm.compared().get());
      }
      out.writeStringField("text", cut(alarm.toString(), LONGEST_TEXT));
      out.writeArrayFieldStart("evidence");
      for (Evidence evidence : first(alarm.evidence(), most)) {
        evidence(out, evidence);
      }
      out.writeEndArray();
      incident(out, alarm.incident(), most);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return text.toString();
  }

  private static void servedBy(JsonGenerator out, ServedBy by) throws IOException {
    out.writeObjectFieldStart("servedBy");
    out.writeStringField("model", cut(by.model(), LONGEST));
    if (by.version().isPresent()) {
      out.writeStringField("version", by.version().get().toString());
    }
    out.writeStringField("digest", by.digest().toString());
    if (by.alias().isPresent()) {
      out.writeStringField("alias", by.alias().get().alias());
      out.writeNumberField("aliasRecord", by.alias().get().number());
    }
    out.writeStringField("engine", cut(by.engine(), LONGEST));
    out.writeEndObject();
  }

  private static void compared(JsonGenerator out, Alarm.Compared compared) throws IOException {
    out.writeObjectFieldStart("compared");
    out.writeStringField("from", compared.from().toString());
    out.writeStringField("to", compared.to().toString());
    out.writeNumberField("rows", compared.rows());
    out.writeStringField("reference", compared.reference().toString());
    out.writeStringField("current", compared.current().toString());
    out.writeEndObject();
  }

  private static void incident(JsonGenerator out, Incident incident, int most) throws IOException {
    out.writeObjectFieldStart("incident");
    out.writeStringField("id", incident.id());
    out.writeStringField("status", incident.status());
    out.writeStringField("opened", incident.opened().toString());
    out.writeStringField("updated", incident.updated().toString());
    if (incident.acknowledgedBy().isPresent()) {
      out.writeStringField("acknowledgedBy", cut(incident.acknowledgedBy().get(), LONGEST));
    }
    List<Incident.Finding> shown = first(incident.findings(), most);
    out.writeArrayFieldStart("findings");
    for (Incident.Finding finding : shown) {
      finding(out, finding);
    }
    out.writeEndArray();
    out.writeNumberField("findingsLeftOut", incident.findings().size() - shown.size());
    out.writeEndObject();
  }

  private static void finding(JsonGenerator out, Incident.Finding finding) throws IOException {
    out.writeStartObject();
    out.writeStringField("kind", lower(finding.kind()));
    out.writeStringField("subject", cut(finding.subject(), LONGEST));
    out.writeBooleanField("open", finding.isOpen());
    out.writeStringField("opened", finding.opened().toString());
    out.writeStringField("updated", finding.updated().toString());
    out.writeNumberField("found", finding.found());
    out.writeFieldName("first");
    evidence(out, finding.first());
    out.writeFieldName("worst");
    evidence(out, finding.worst());
    out.writeFieldName("newest");
    evidence(out, finding.newest());
    out.writeEndObject();
  }

  private static void evidence(JsonGenerator out, Evidence evidence) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", cut(evidence.name(), LONGEST));
    figure(out, "measured", evidence.measured());
    figure(out, "bound", evidence.bound());
    out.writeStringField("text", cut(evidence.text(), LONGEST));
    out.writeEndObject();
  }

  private static void figure(JsonGenerator out, String name, double value) throws IOException {
    if (Double.isNaN(value)) {
      out.writeNullField(name);
    } else if (Double.isInfinite(value)) {
      out.writeStringField(name, value > 0 ? "Infinity" : "-Infinity");
    } else {
      out.writeNumberField(name, value);
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest - 1) + "\u2026";
  }
}

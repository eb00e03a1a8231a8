package io.mlops4j.monitor.profile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes the JSON that {@link Profile#toJson} describes. */
final class ProfileJson {
  private final JsonGenerator out;
  private final ExportRules rules;

  private ProfileJson(JsonGenerator out, ExportRules rules) {
    this.out = out;
    this.rules = rules;
  }

  static String write(Profile profile, ExportRules rules) {
    Objects.requireNonNull(rules, "rules");
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      new ProfileJson(out, rules).profile(profile);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return text.toString();
  }

  private void profile(Profile profile) throws IOException {
    out.writeStartObject();
    out.writeNumberField("rows", profile.rows());
    out.writeStringField("digest", profile.digest().toString());
    out.writeNumberField("smallestCount", rules.smallestCount());
    out.writeBooleanField("extremes", rules.extremes());
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
      out.writeStringField("kind", "numbers");
      numbers(numbers);
    } else if (column instanceof CategoryProfile categories) {
      categories(categories);
    } else if (column instanceof TimeProfile times) {
      times(times);
    } else if (column instanceof VectorProfile vectors) {
      vectors(vectors);
    } else {
      skipped((SkippedColumn) column);
    }
    out.writeEndObject();
  }

  private void numbers(NumberProfile numbers) throws IOException {
    out.writeNumberField("present", numbers.present());
    out.writeNumberField("missing", numbers.missing());
    out.writeNumberField("infinite", numbers.infinite());
    number("min", rules.extremes() ? numbers.min() : Double.NaN);
    number("max", rules.extremes() ? numbers.max() : Double.NaN);
    number("mean", numbers.mean());
    number("variance", numbers.variance());
    distinct(numbers.distinct());
    out.writeBooleanField("exact", numbers.exact());
    bins(numbers);
  }

  private void bins(NumberProfile numbers) throws IOException {
    long[] counts = numbers.counts();
    int below = rules.extremes() ? 0 : extreme(numbers, 1);
    int above = rules.extremes() ? 0 : extreme(numbers, counts.length - 2);
    int bins = Math.max(1, counts.length - below - above);
    out.writeFieldName("edges");
    out.writeArray(numbers.edges(), bins == 1 ? 0 : below, bins - 1);
    long[] shown = new long[bins];
    for (int bin = 0; bin < counts.length; bin++) {
      shown[Math.max(0, Math.min(bins - 1, bin - below))] += counts[bin];
    }
    out.writeFieldName("counts");
    out.writeArray(shown, 0, shown.length);
  }

  /**
   * The number of bins next to an outer bin that end at an extreme; one more if the bin has one
   * value.
   */
  private static int extreme(NumberProfile numbers, int bin) {
    boolean inner = bin > 0 && bin < numbers.bins().size() - 1;
    return inner && numbers.bins().isOneValue(bin) ? 2 : 1;
  }

  private void categories(CategoryProfile categories) throws IOException {
    out.writeStringField("kind", "categories");
    out.writeNumberField("present", categories.present());
    out.writeNumberField("missing", categories.missing());
    distinct(categories.distinct());
    out.writeBooleanField("namesAll", categories.namesAll());
    out.writeNumberField("rest", categories.rest());
    named(categories.names(), categories.counts());
    Optional<TextLengths> lengths = categories.lengths();
    if (lengths.isPresent()) {
      lengths(lengths.get());
    } else {
      out.writeNullField("lengths");
    }
  }

  private void named(List<String> names, long[] counts) throws IOException {
    int rare = 0;
    long inRare = 0;
    out.writeArrayFieldStart("categories");
    for (int bin = 0; bin < names.size(); bin++) {
      if (counts[bin] < rules.smallestCount()) {
        rare++;
        inRare += counts[bin];
      } else {
        out.writeStartObject();
        out.writeStringField("name", names.get(bin));
        out.writeNumberField("count", counts[bin]);
        out.writeEndObject();
      }
    }
    out.writeEndArray();
    out.writeObjectFieldStart("suppressed");
    out.writeNumberField("categories", rare);
    out.writeNumberField("count", inRare);
    out.writeEndObject();
  }

  private void lengths(TextLengths lengths) throws IOException {
    boolean extremes = rules.extremes() && lengths.texts() > 0;
    out.writeObjectFieldStart("lengths");
    whole("shortest", extremes, lengths.shortest());
    whole("longest", extremes, lengths.longest());
    number("mean", lengths.mean());
    out.writeEndObject();
  }

  private void times(TimeProfile times) throws IOException {
    out.writeStringField("kind", "times");
    out.writeNumberField("present", times.present());
    out.writeNumberField("missing", times.missing());
    out.writeNumberField("distinct", times.distinct());
    time("earliest", times.earliest());
    time("latest", times.latest());
  }

  private void time(String name, Optional<Instant> time) throws IOException {
    if (rules.extremes() && time.isPresent()) {
      out.writeStringField(name, time.get().toString());
    } else {
      out.writeNullField(name);
    }
  }

  private void vectors(VectorProfile vectors) throws IOException {
    out.writeStringField("kind", "vectors");
    out.writeNumberField("dimension", vectors.dimension());
    out.writeNumberField("present", vectors.present());
    out.writeNumberField("missing", vectors.missing());
    out.writeNumberField("unusable", vectors.unusable());
    out.writeArrayFieldStart("mean");
    for (double component : vectors.mean()) {
      if (Double.isNaN(component)) {
        out.writeNull();
      } else {
        out.writeNumber(component);
      }
    }
    out.writeEndArray();
    out.writeObjectFieldStart("norms");
    numbers(vectors.norms());
    out.writeEndObject();
    out.writeObjectFieldStart("projections");
    numbers(vectors.projections());
    out.writeEndObject();
  }

  private void distinct(OptionalLong distinct) throws IOException {
    whole("distinct", distinct.isPresent(), distinct.orElse(0));
  }

  private void whole(String name, boolean shown, long value) throws IOException {
    if (shown) {
      out.writeNumberField(name, value);
    } else {
      out.writeNullField(name);
    }
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

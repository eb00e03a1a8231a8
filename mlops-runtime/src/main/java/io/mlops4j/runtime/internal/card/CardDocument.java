package io.mlops4j.runtime.internal.card;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes and reads cards as JSON. */
public final class CardDocument {
  /** Increases only if older readers would misread a card, not if keys are added. */
  private static final int FORMAT = 1;

  private CardDocument() {}

  public static byte[] write(ModelCard card) {
    ObjectNode json = Json.object();
    json.put("card", FORMAT).put("name", card.name());
    card.owner().ifPresent(text -> json.put("owner", text));
    card.licence().ifPresent(text -> json.put("licence", text));
    card.intendedUse().ifPresent(text -> json.put("intendedUse", text));
    card.description().ifPresent(text -> json.put("description", text));
    card.features().ifPresent(schema -> json.set("features", write(schema)));
    card.featureRules().forEach(rule -> json.withArray("featureRules").add(write(rule)));
    if (card.lenientColumns()) {
      json.put("lenientColumns", true);
    }
    card.goldenRows().ifPresent(rows -> json.set("goldenRows", write(rows)));
    card.signature().ifPresent(signature -> json.set("signature", SignatureJson.write(signature)));
    card.tier().ifPresent(tier -> json.put("tier", tier));
    card.commit().ifPresent(commit -> json.put("commit", commit));
    card.regions().forEach(region -> json.withArray("regions").add(region));
    OriginJson.write(card, json);
    write("metrics", card.metrics(), json);
    write("parameters", card.parameters(), json);
    write("seeds", card.seeds(), json);
    return Json.write(json);
  }

  private static void write(String key, Map<String, ?> values, ObjectNode json) {
    if (!values.isEmpty()) {
      json.set(key, TypedValue.write(values));
    }
  }

  private static ObjectNode write(FeatureSchema schema) {
    ObjectNode json = Json.object();
    for (Feature feature : schema.features()) {
      json.withArray("columns").add(write(feature));
    }
    schema.keys().forEach(json.withArray("keys")::add);
    return json;
  }

  private static ObjectNode write(Feature feature) {
    ObjectNode json = Json.object().put("name", feature.name());
    feature.type().ifPresent(type -> json.put("type", type.toString()));
    if (!feature.column().equals(feature.name())) {
      json.put("from", feature.column());
    }
    if (feature.nulls() instanceof NullPolicy.Replacement value) {
      json.set(
          "nulls",
          Json.object()
              .put("type", TypedValue.type(value.value()))
              .set("default", TypedValue.write(value.value())));
    } else if (feature.nulls() == NullPolicy.nan()) {
      json.put("nulls", "nan");
    }
    if (feature.narrowing() == Narrowing.CHECKED) {
      json.put("narrowing", feature.narrowing().toString());
    }
    return json;
  }

  public static ObjectNode write(GoldenRows rows) {
    ObjectNode json = Json.object().put("tolerance", rows.tolerance());
    json.set("inputs", write(rows.inputs()));
    json.set("outputs", write(rows.outputs()));
    return json;
  }

  private static ObjectNode write(Map<String, List<@Nullable Object>> columns) {
    ObjectNode json = Json.object();
    columns.forEach(
        (name, values) -> {
          ObjectNode column = Json.object();
          values.stream()
              .flatMap(row -> row instanceof List<?> list ? list.stream() : Stream.of(row))
              .filter(Objects::nonNull)
              .findFirst()
              .ifPresent(value -> column.put("type", TypedValue.type(value)));
          values.forEach(row -> column.withArray("values").add(write(row)));
          json.set(name, column);
        });
    return json;
  }

  private static JsonNode write(@Nullable Object row) {
    if (!(row instanceof List<?> list)) {
      return TypedValue.write(row);
    }
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    list.forEach(value -> array.add(TypedValue.write(value)));
    return array;
  }

  public static void checkFormat(Document json) {
    json.checkFormat("card", FORMAT);
  }

  public static ModelCard read(Document json) {
    checkFormat(json);
    ModelCard.Builder card = ModelCard.builder(json.text("name"));
    ifText(json, "owner", card::owner);
    ifText(json, "licence", card::licence);
    ifText(json, "intendedUse", card::intendedUse);
    ifText(json, "description", card::description);
    ifText(json, "commit", card::commit);
    if (json.has("features")) {
      card.features(schema(json.object("features")));
    }
    json.objects("featureRules").forEach(rule -> card.feature(feature(rule)));
    if (json.flag("lenientColumns")) {
      card.lenientColumns();
    }
    if (json.has("goldenRows")) {
      card.goldenRows(goldenRows(json.object("goldenRows")));
    }
    if (json.has("signature")) {
      card.signature(SignatureJson.read(json.object("signature")));
    }
    if (json.has("tier")) {
      card.tier(json.count("tier"));
    }
    json.texts("regions").forEach(card::regions);
    OriginJson.read(json, card);
    named(json, "metrics", (name, metrics) -> card.metric(name, metrics.number(name)));
    named(json, "parameters", (name, values) -> card.parameter(name, values.text(name)));
    named(json, "seeds", (name, seeds) -> card.seed(name, seeds.whole(name)));
    return card.build();
  }

  /** Ignores blank texts, which older libraries could store. */
  private static void ifText(Document json, String key, Consumer<String> setter) {
    String text = json.optionalText(key);
    if (text != null && !text.isBlank()) {
      setter.accept(text);
    }
  }

  /** Ignores blank names, which older libraries could store. */
  private static void named(Document json, String key, BiConsumer<String, Document> setter) {
    if (json.has(key)) {
      Document values = json.object(key);
      values.keys().stream()
          .filter(name -> !name.isBlank())
          .forEach(name -> setter.accept(name, values));
    }
  }

  private static FeatureSchema schema(Document json) {
    FeatureSchema schema =
        FeatureSchema.of(
            json.objects("columns").stream().map(CardDocument::feature).toArray(Feature[]::new));
    for (JsonNode key : json.array("keys")) {
      schema = schema.withKey(key.asText());
    }
    return schema;
  }

  private static Feature feature(Document json) {
    String name = json.text("name");
    String type = json.optionalText("type");
    Feature feature = type == null ? Feature.of(name) : Feature.of(name, SignatureJson.type(type));
    String from = json.optionalText("from");
    feature = from == null ? feature : feature.withColumn(from);
    feature = json.has("nulls") ? feature.withNulls(nulls(json)) : feature;
    return json.has("narrowing") ? feature.withNarrowing(narrowing(json)) : feature;
  }

  private static Narrowing narrowing(Document feature) {
    if (!feature.text("narrowing").equals(Narrowing.CHECKED.toString())) {
      throw new IllegalArgumentException("the narrowing " + feature.text("narrowing"));
    }
    return Narrowing.CHECKED;
  }

  private static NullPolicy nulls(Document feature) {
    if (!feature.raw("nulls").isTextual()) {
      Document json = feature.object("nulls");
      Object value = TypedValue.read(json.text("type"), json.raw("default"));
      return NullPolicy.replaceWith(Objects.requireNonNull(value));
    }
    if (!feature.text("nulls").equals("nan")) {
      throw new IllegalArgumentException("the null policy " + feature.text("nulls"));
    }
    return NullPolicy.nan();
  }

  private static GoldenRows goldenRows(Document json) {
    GoldenRows rows = GoldenRows.within(json.number("tolerance"));
    for (Map.Entry<String, Document> column : json.entries("inputs").entrySet()) {
      rows = rows.withInput(column.getKey(), values(column.getValue()));
    }
    for (Map.Entry<String, Document> column : json.entries("outputs").entrySet()) {
      rows = rows.withOutput(column.getKey(), values(column.getValue()));
    }
    return rows;
  }

  private static @Nullable Object[] values(Document column) {
    String type = column.has("type") ? column.text("type") : "string";
    return column.array("values").stream().map(row -> row(type, row)).toArray(Object[]::new);
  }

  private static @Nullable Object row(String type, JsonNode row) {
    if (!row.isArray()) {
      return TypedValue.read(type, row);
    }
    List<@Nullable Object> list = new ArrayList<>();
    row.forEach(value -> list.add(TypedValue.read(type, value)));
    return list;
  }
}

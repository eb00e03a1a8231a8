package io.mlops4j.runtime.card;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.Cards;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.Models;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Differences are what their published schema says. */
class CardDiffSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static ModelCard features(Feature... features) {
    return ModelCard.builder("m").features(FeatureSchema.of(features)).build();
  }

  static Stream<CardDiff> diffs() {
    ModelCard none = ModelCard.builder("m").build();
    return Stream.of(
        CardDiff.of(none, none),
        CardDiff.of(none, Cards.complete()),
        CardDiff.of(Cards.complete(), none),
        CardDiff.of(Cards.complete(), Cards.evil()),
        CardDiff.of(Cards.evil(), Cards.complete()),
        CardDiff.of(Cards.flights(1).build(), Cards.flights(2).build()),
        CardDiff.of(
            features(Feature.of("a", ElementType.INT16), Feature.of("b"), Feature.of("c")),
            features(
                Feature.of("c").withNulls(NullPolicy.nan()),
                Feature.of("a", ElementType.INT32),
                Feature.of("b").withColumn("column_b").withNarrowing(Narrowing.CHECKED))));
  }

  private static List<Error> errors(JsonNode schema, String json) {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schema.toString(), InputFormat.JSON)
        .validate(json, InputFormat.JSON);
  }

  private static JsonNode schema() throws Exception {
    return JSON.readTree(CardDiff.jsonSchema());
  }

  /** The schema with a ban on names that it does not know. */
  private static JsonNode closed(JsonNode schema) {
    if (schema.has("properties") && schema.has("type")) {
      ((ObjectNode) schema).put("additionalProperties", false);
    }
    schema.forEach(CardDiffSchemaTest::closed);
    return schema;
  }

  @ParameterizedTest
  @MethodSource("diffs")
  void differencesAreAsTheSchemaSays(CardDiff diff) throws Exception {
    assertThat(errors(closed(schema()), diff.json())).isEmpty();
  }

  @Test
  void theDifferenceOfTwoVersionsIsAsTheSchemaSays(@TempDir Path temp) throws Exception {
    try (ModelRegistry registry = FileModelRegistry.open(temp.resolve("registry"))) {
      String json =
          CardDiff.of(
                  registry,
                  registry.publish(Models.card("m"), Models.mlp4(temp)),
                  registry.publish(Models.fullCard("m"), Models.mlp4Wrong(temp)))
              .json();
      assertThat(errors(closed(schema()), json)).isEmpty();
      assertThat(JSON.readTree(json).at("/changes/0/area").textValue()).isEqualTo("bytes");
    }
  }

  @Test
  void everyAreaAndKindIsInTheSchema() throws Exception {
    List<String> areas = new ArrayList<>();
    schema().at("/$defs/change/properties/area/enum").forEach(each -> areas.add(each.asText()));
    List<String> kinds = new ArrayList<>();
    schema().at("/$defs/change/properties/kind/enum").forEach(each -> kinds.add(each.asText()));

    assertThat(areas).isEqualTo(Stream.of(CardChange.Area.values()).map(Object::toString).toList());
    assertThat(kinds).isEqualTo(Stream.of(CardChange.Kind.values()).map(Object::toString).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"area\":\"metric\",\"name\":\"a\",\"kind\":\"added\"}",
        "{\"area\":\"metric\",\"name\":\"a\",\"kind\":\"added\",\"before\":\"1\",\"after\":\"2\"}",
        "{\"area\":\"metric\",\"name\":\"a\",\"kind\":\"removed\",\"after\":\"2\"}",
        "{\"area\":\"metric\",\"name\":\"a\",\"kind\":\"changed\",\"after\":\"2\"}",
        "{\"area\":\"metric\",\"name\":\"a\",\"kind\":\"improved\",\"before\":\"1\",\"after\":\"2\"}",
        "{\"area\":\"colour\",\"name\":\"a\",\"kind\":\"added\",\"after\":\"2\"}",
        "{\"name\":\"a\",\"kind\":\"added\",\"after\":\"2\"}",
        "[]"
      })
  void whatIsNoChangeIsRefused(String change) throws Exception {
    String json =
        "{\"format\":\"mlops4j-card-diff\",\"version\":1,\"before\":\"m:1\",\"after\":\"m:2\","
            + "\"changes\":[%s]}";
    String good =
        "{\"area\":\"metric\",\"name\":\"a\",\"kind\":\"added\",\"after\":\"2\",\"new\":1}";

    assertThat(errors(schema(), json.formatted(good))).isEmpty();
    assertThat(errors(schema(), json.formatted(change))).isNotEmpty();
  }
}

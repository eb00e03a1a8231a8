package io.mlops4j.runtime.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.mlops4j.error.DataException;
import io.mlops4j.model.ModelCard;
import io.mlops4j.runtime.registry.Cards;
import io.mlops4j.runtime.registry.Models;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Cards are what their published schema says, and have no name that it does not know. */
class CardSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> NO_FIELDS = Set.of("hashCode", "toString");

  static Stream<ModelCard> cards() {
    return Stream.of(
        ModelCard.builder("m").build(),
        Models.card("m"),
        Models.fullCard("m"),
        Cards.flights(1).build(),
        Cards.complete(),
        Cards.evil());
  }

  private static List<Error> errors(JsonNode schema, String json) {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schema.toString(), InputFormat.JSON)
        .validate(json, InputFormat.JSON);
  }

  private static JsonNode schema() throws Exception {
    return JSON.readTree(CardJson.schema());
  }

  /** The schema with a ban on names that it does not know. */
  private static JsonNode closed(JsonNode schema) {
    if (schema.has("properties") && schema.has("type")) {
      ((ObjectNode) schema).put("additionalProperties", false);
    }
    schema.forEach(CardSchemaTest::closed);
    return schema;
  }

  private static List<Method> fields() {
    return Stream.of(ModelCard.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getParameterCount() == 0)
        .filter(method -> !NO_FIELDS.contains(method.getName()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cards")
  void cardsAreAsTheSchemaSays(ModelCard card) throws Exception {
    assertThat(errors(closed(schema()), CardJson.text(card))).isEmpty();
    assertThat(CardJson.parse(CardJson.text(card))).isEqualTo(card);
  }

  @Test
  void everyFieldOfACardIsInTheSchemaAndInTheJsonOfACompleteCard() throws Exception {
    List<String> names = new ArrayList<>(List.of("card"));
    for (Method field : fields()) {
      names.add(field.getName());
      assertThat(says(field.invoke(Cards.complete()))).as(field.getName()).isTrue();
    }
    List<String> inSchema = new ArrayList<>();
    schema().get("properties").fieldNames().forEachRemaining(inSchema::add);
    List<String> inJson = new ArrayList<>();
    JSON.readTree(CardJson.text(Cards.complete())).fieldNames().forEachRemaining(inJson::add);
    assertThat(inSchema).containsExactlyInAnyOrderElementsOf(names);
    assertThat(inJson).containsExactlyInAnyOrderElementsOf(names);
  }

  private static boolean says(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.isPresent();
    } else if (value instanceof OptionalInt optional) {
      return optional.isPresent();
    } else if (value instanceof Boolean said) {
      return said;
    } else if (value instanceof Collection<?> values) {
      return !values.isEmpty();
    }
    return value instanceof String || !((Map<?, ?>) value).isEmpty();
  }

  @Test
  void theSchemaIsASchemaAndAllowsNamesOfLaterVersions() throws Exception {
    assertThat(schema().get("$schema").asText())
        .isEqualTo("https://json-schema.org/draft/2020-12/schema");
    assertThat(errors(schema(), "{\"card\":1,\"name\":\"m\",\"colour\":{\"level\":3}}")).isEmpty();
  }

  /** What the schema refuses, reading refuses too. */
  @Test
  void otherDocumentsAreRefusedByTheSchemaAndByTheReader() throws Exception {
    JsonNode schema = schema();
    for (String wrong :
        List.of(
            "\"name\":5",
            "\"name\":\"../m\"",
            "\"owner\":7",
            "\"tier\":0",
            "\"tier\":\"high\"",
            "\"tier\":-99999999999",
            "\"regions\":[\"EU\"]",
            "\"regions\":[1]",
            "\"seeds\":{\"split\":\"1\"}",
            "\"seeds\":{\"split\":1.5}",
            "\"commit\":\"a b\"",
            "\"metrics\":{\"roc_auc\":\"good\"}",
            "\"trainedOn\":[{\"name\":\"x\"}]",
            "\"evaluatedOn\":[{\"name\":\"x\",\"digest\":\"md5:0\"}]",
            "\"trainedOn\":[{\"name\":\"x\",\"digest\":\""
                + Models.MLP4
                + "\",\"from\":\"2001-01-01T00:00:00Z\"}]",
            "\"trainedOn\":[{\"name\":\"x\",\"digest\":\""
                + Models.MLP4
                + "\",\"from\":\"soon\",\"until\":\"later\"}]",
            "\"slices\":[{\"where\":{},\"metrics\":{}}]",
            "\"slices\":[{\"where\":{\"a\":1},\"metrics\":{\"b\":1}}]",
            "\"slices\":[{\"where\":{\"a\":\"1\"}}]",
            "\"parents\":[{\"model\":\"m\",\"number\":0,\"digest\":\"" + Models.MLP4 + "\"}]",
            "\"parents\":[\"m:1\"]",
            "\"monitoring\":[{\"metric\":\"psi\"}]",
            "\"monitoring\":[{\"metric\":\"psi\",\"interval\":\"weekly\"}]",
            "\"signature\":{\"inputs\":[]}",
            "\"signature\":{\"inputs\":[{\"name\":\"x\"}],\"outputs\":[]}",
            "\"signature\":{\"inputs\":[{\"type\":\"float9\"}],\"outputs\":[]}",
            "\"signature\":{\"inputs\":[{\"type\":\"int8\",\"shape\":[-1]}],\"outputs\":[]}",
            "\"signature\":{\"inputs\":[{\"type\":\"int8\",\"shape\":[true]}],\"outputs\":[]}",
            "\"signature\":{\"inputs\":[{\"type\":\"int8\",\"shape\":[{\"size\":1}]}],\"outputs\":[]}",
            "\"features\":{\"columns\":[{\"name\":\"x\",\"type\":\"float9\"}],\"keys\":[]}",
            "\"features\":{\"columns\":[{\"name\":\"x\",\"nulls\":\"maybe\"}],\"keys\":[]}",
            "\"featureRules\":{\"x\":{\"nulls\":\"nan\"}}",
            "\"featureRules\":[{\"nulls\":\"nan\"}]",
            "\"featureRules\":[{\"name\":\"x\",\"nulls\":\"maybe\"}]",
            "\"lenientColumns\":\"yes\"",
            "\"lenientColumns\":1",
            "\"goldenRows\":{\"tolerance\":-1,\"inputs\":{},\"outputs\":{}}")) {
      String json =
          "{\"card\":1," + (wrong.startsWith("\"name") ? "" : "\"name\":\"m\",") + wrong + "}";
      assertThat(errors(schema, json)).as(json).isNotEmpty();
      assertThatThrownBy(() -> CardJson.parse(json))
          .as(json)
          .isInstanceOf(DataException.class)
          .hasMessageMatching("(?s)card: found .+, expected JSON as its schema describes it");
    }
    assertThat(errors(schema, "{}")).hasSize(2);
    assertThatThrownBy(() -> CardJson.parse("{}"))
        .hasMessage("card: found no \"card\", expected JSON as its schema describes it");
  }
}

package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.EffectMeasure;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.explain.PredictionShift;
import io.mlops4j.monitor.explain.PredictionShift.Estimate;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reports are what their published schema says, and have no name that it does not know. */
class ReportSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Stream<JsonReport> reports() {
    Profile none = Profile.of(List.of());
    return Stream.of(
        JsonReport.of(DriftReport.compare(none, none)),
        JsonReport.of(Pages.kilometres()),
        JsonReport.of(Pages.kilometres(), shift()),
        JsonReport.of(Pages.hundred()),
        JsonReport.of(SliceDriftTest.sliced()),
        JsonReport.of(oddities()));
  }

  static PredictionShift shift() {
    Estimate estimate = new Estimate(0.1, 0.01, 19);
    return new PredictionShift(
        0.2, 0.3, estimate, Map.of("distance", estimate), estimate, 40, 50, 1);
  }

  /** Infinite effects, too few rows, skipped columns, columns of one side, key features. */
  private static DriftReport oddities() {
    String[] keys = new String[100];
    Arrays.setAll(keys, i -> "key " + i);
    double[] nines = new double[100];
    Arrays.fill(nines, 9);
    double[] few = new double[100];
    Arrays.fill(few, 0, 99, Double.NaN);
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch before = rows(allocator, keys, new double[100], few);
        FeatureBatch after = rows(allocator, keys, nines, few)) {
      Profile reference = Profile.of(List.of(before));
      return DriftReport.compare(
          reference.without(List.of("only after")),
          reference.profile(List.of(after)).without(List.of("only before")),
          DriftPolicy.withDefaults()
              .withFeature("constant", FeaturePolicy.withDefaults().with(EffectMeasure.WASSERSTEIN))
              .withKeyFeatures("few", "only before", "constant"));
    }
  }

  private static FeatureBatch rows(
      BufferAllocator allocator, String[] keys, double[] constant, double[] few) {
    return FeatureBatch.builder(allocator)
        .strings("key" + Pages.EVIL, keys)
        .doubles("constant", constant)
        .doubles("few", few)
        .doubles("only before", constant)
        .doubles("only after", constant)
        .build();
  }

  static List<Error> errors(JsonNode schema, String json) {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schema.toString(), InputFormat.JSON)
        .validate(json, InputFormat.JSON);
  }

  private static JsonNode schema() throws Exception {
    return JSON.readTree(JsonReport.driftSchema());
  }

  /** The schema with a ban on names that it does not know. */
  static JsonNode closed(JsonNode schema) {
    if (schema.has("properties") && schema.has("type")) {
      ((ObjectNode) schema).put("additionalProperties", false);
    }
    schema.forEach(ReportSchemaTest::closed);
    return schema;
  }

  @ParameterizedTest
  @MethodSource("reports")
  void reportsAreAsTheSchemaSays(JsonReport report) throws Exception {
    assertThat(errors(closed(schema()), report.toJson())).isEmpty();
  }

  @Test
  void everyReasonToSkipAColumnIsInTheSchema() throws Exception {
    assertThat(schema().at("/properties/skipped/items/properties/reason/enum"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(
            Stream.of(SkippedColumn.Reason.values())
                .map(reason -> reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList());
  }

  @Test
  void anInfiniteEffectIsText() throws Exception {
    JsonNode first = JSON.readTree(JsonReport.of(oddities()).toJson()).get("features").get(0);
    assertThat(first.get("name").asText()).isEqualTo("constant");
    assertThat(first.get("effect").asText()).isEqualTo("Infinity");
  }

  @Test
  void theSchemaIsASchemaAndRefusesOtherDocuments() throws Exception {
    JsonNode schema = schema();
    assertThat(schema.get("$schema").asText())
        .isEqualTo("https://json-schema.org/draft/2020-12/schema");
    ObjectNode report = (ObjectNode) JSON.readTree(JsonReport.of(Pages.kilometres()).toJson());
    assertThat(errors(schema, report.toString())).isEmpty();
    ((ObjectNode) report.get("features").get(0)).remove("effect");
    report.put("version", 1);
    assertThat(errors(schema, report.toString())).hasSizeGreaterThanOrEqualTo(2);
    assertThat(errors(schema, "{}")).isNotEmpty();
  }
}

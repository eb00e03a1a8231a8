package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Finds the cases of a file by what is in it, not by its name. */
final class GoldenDocument {
  private GoldenDocument() {}

  static List<GoldenCase> cases(JsonNode document) {
    List<GoldenCase> cases = new ArrayList<>();
    if (document.has("p")) {
      cases.add(pValues(document));
    }
    for (var field : document.properties()) {
      if (field.getValue().isArray() && !document.has("p")) {
        addAll(cases, field.getKey(), field.getValue());
      }
    }
    return cases;
  }

  private static void addAll(List<GoldenCase> cases, String key, JsonNode array) {
    for (JsonNode element : array) {
      cases.add(element.has("expected") ? described(element) : tabled(key, element));
    }
  }

  private static GoldenCase described(JsonNode element) {
    return new GoldenCase(
        element.path("name").asText("-"), element.get("expected"), answers(element));
  }

  private static Answers answers(JsonNode element) {
    JsonNode expected = element.get("expected");
    if (element.has("ref") && expected.has("hist")) {
      return CategoricalAnswers.of(element);
    }
    if (element.has("ref")) {
      return TwoSampleAnswers.of(element);
    }
    if (element.has("P_rowmajor")) {
      return MultiClassAnswers.of(element);
    }
    if (element.has("pred")) {
      return RegressionAnswers.of(element);
    }
    return element.has("p") ? ClassificationAnswers.of(element) : Answers.none();
  }

  /** A row of a table of a distribution: arguments, then the value. */
  private static GoldenCase tabled(String key, JsonNode row) {
    ObjectNode expected = JsonNodeFactory.instance.objectNode();
    expected.set(key, row.isArray() && !row.isEmpty() ? row.get(row.size() - 1) : row);
    return new GoldenCase(key + row, expected, Answers.none());
  }

  private static GoldenCase pValues(JsonNode document) {
    ObjectNode expected = document.deepCopy();
    expected.remove(List.of("meta", "p"));
    return new GoldenCase("p_values", expected, MultipleTestingAnswers.of(document));
  }
}

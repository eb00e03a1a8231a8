package io.mlops4j.runtime.internal.duckdb;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The texts of a query that may name files: its tables, and the arguments of its table functions.
 * DuckDB parses the query, so that comments, quotes and subqueries are no special cases.
 */
final class NamedFiles {
  /** DuckDB has read the query: a program may have written it, deep and with long texts. */
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(Integer.MAX_VALUE)
                      .maxStringLength(Integer.MAX_VALUE)
                      .build())
              .build());

  private NamedFiles() {}

  /**
   * Returns the texts.
   *
   * @param tree what {@code json_serialize_sql} returns
   * @return none for a query that DuckDB cannot parse; running it names the reason
   */
  static Set<String> of(String tree) {
    try {
      return of(JSON.readTree(tree));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("DuckDB has returned no JSON", e);
    }
  }

  private static Set<String> of(JsonNode query) {
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode node : all(query)) {
      switch (node.path("type").asText()) {
        case "BASE_TABLE" -> names.add(node.path("table_name").asText());
        case "TABLE_FUNCTION" -> {
          for (JsonNode argument : node.path("function").path("arguments")) {
            if (argument.path("name").asText().isEmpty()) { // others are options
              addTexts(argument, names);
            }
          }
        }
        default -> {}
      }
    }
    return names;
  }

  private static void addTexts(JsonNode argument, Set<String> names) {
    for (JsonNode node : all(argument)) {
      if (node.path("kind").asText().equals("STRING")) {
        names.add(node.path("text").asText());
      }
    }
  }

  /** Returns a node and all below it, without recursion, which a deep query would overflow. */
  private static List<JsonNode> all(JsonNode top) {
    List<JsonNode> nodes = new ArrayList<>(List.of(top));
    for (int i = 0; i < nodes.size(); i++) {
      nodes.get(i).forEach(nodes::add);
    }
    return nodes;
  }
}

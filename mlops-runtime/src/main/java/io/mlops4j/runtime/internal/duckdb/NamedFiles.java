package io.mlops4j.runtime.internal.duckdb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The texts of a query that may name files: its tables, and the arguments of its table functions.
 * DuckDB parses the query, so that comments, quotes and subqueries are no special cases.
 */
final class NamedFiles {
  private final Set<String> names = new LinkedHashSet<>();

  private NamedFiles() {}

  /**
   * Returns the texts.
   *
   * @param tree what {@code json_serialize_sql} returns
   * @return none for a query that DuckDB cannot parse; running it names the reason
   */
  static Set<String> of(String tree) {
    NamedFiles found = new NamedFiles();
    try {
      found.add(new ObjectMapper().readTree(tree));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("DuckDB has returned no JSON", e);
    }
    return found.names;
  }

  private void add(JsonNode node) {
    switch (node.path("type").asText()) {
      case "BASE_TABLE" -> names.add(node.path("table_name").asText());
      case "TABLE_FUNCTION" -> {
        for (JsonNode argument : node.path("function").path("arguments")) {
          if (argument.path("name").asText().isEmpty()) { // others are options
            addTexts(argument);
          }
        }
      }
      default -> {}
    }
    node.forEach(this::add);
  }

  private void addTexts(JsonNode node) {
    if (node.path("kind").asText().equals("STRING")) {
      names.add(node.path("text").asText());
    }
    node.forEach(this::addTexts);
  }
}

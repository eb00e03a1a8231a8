package io.mlops4j.runtime.internal.duckdb;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
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

  /**
   * A node of a query.
   *
   * @param views the names of the WITH clauses that hide files of these names, in lower case
   */
  private record Part(JsonNode node, Set<String> views) {}

  /** Visits all nodes without recursion, which a deep query would overflow. */
  private static Set<String> of(JsonNode query) {
    Set<String> names = new LinkedHashSet<>();
    Deque<Part> parts = new ArrayDeque<>(List.of(new Part(query, Set.of())));
    while (!parts.isEmpty()) {
      Part part = parts.remove();
      JsonNode node = part.node();
      switch (node.path("type").asText()) {
        case "BASE_TABLE" -> {
          String name = node.path("table_name").asText();
          if (!part.views().contains(name.toLowerCase(Locale.ROOT))) {
            names.add(name);
          }
        }
        case "TABLE_FUNCTION" -> {
          for (JsonNode argument : node.path("function").path("arguments")) {
            if (argument.path("name").asText().isEmpty()) { // others are options
              addTexts(argument, names);
            }
          }
        }
        default -> {}
      }
      addChildren(part, parts);
    }
    return names;
  }

  /** A WITH clause is known to the clauses after it and to the query, but not to itself. */
  private static void addChildren(Part part, Deque<Part> parts) {
    Set<String> views = new HashSet<>(part.views());
    for (JsonNode view : part.node().path("cte_map").path("map")) {
      parts.add(new Part(view.path("value"), Set.copyOf(views)));
      views.add(view.path("key").asText().toLowerCase(Locale.ROOT));
    }
    Set<String> known = part.views().size() == views.size() ? part.views() : Set.copyOf(views);
    part.node()
        .properties()
        .forEach(
            child -> {
              if (!child.getKey().equals("cte_map")) {
                parts.add(new Part(child.getValue(), known));
              }
            });
    if (part.node().isArray()) {
      part.node().forEach(child -> parts.add(new Part(child, known)));
    }
  }

  private static void addTexts(JsonNode argument, Set<String> names) {
    List<JsonNode> nodes = new ArrayList<>(List.of(argument));
    for (int i = 0; i < nodes.size(); i++) {
      JsonNode node = nodes.get(i);
      if (node.path("kind").asText().equals("STRING")) {
        names.add(node.path("text").asText());
      }
      node.forEach(nodes::add);
    }
  }
}

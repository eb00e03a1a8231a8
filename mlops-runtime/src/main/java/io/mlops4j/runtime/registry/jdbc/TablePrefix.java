package io.mlops4j.runtime.registry.jdbc;

import java.util.regex.Pattern;

/**
 * The schema and the prefix of a registry's table names. Names are never quoted, so every database
 * can store them in its own case.
 *
 * @param schema the schema of the tables, empty for the default schema of the connections
 * @param prefix the beginning of each name, may be empty
 */
public record TablePrefix(String schema, String prefix) {
  private static final Pattern SCHEMA = Pattern.compile("[a-z][a-z0-9_]{0,29}");
  private static final Pattern PREFIX = Pattern.compile("([a-z][a-z0-9_]{0,29})?");

  public TablePrefix {
    check("schema", schema, schema.isEmpty() ? PREFIX : SCHEMA);
    check("prefix", prefix, PREFIX);
  }

  private static void check(String what, String name, Pattern pattern) {
    if (!pattern.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "%s: found \"%s\", expected at most 30 of a-z, 0-9 and _, a letter first"
              .formatted(what, name));
    }
  }

  /** Returns a statement with the names of this registry's tables. */
  String in(String sql) {
    return sql.replace("#", prefix).replace("$", table(""));
  }

  /** Returns the full name of a table. */
  public String table(String name) {
    return (schema.isEmpty() ? "" : schema + ".") + prefix + name;
  }
}

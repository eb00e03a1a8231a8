package io.mlops4j.runtime.registry.jdbc;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What the names of a registry's tables begin with. They are never quoted, so that every database
 * may keep them in its own case.
 *
 * @param schema the schema they are in, empty for the one that connections are in
 * @param prefix what each begins with, may be empty
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
          String.format(
              Locale.ROOT,
              "%s: found \"%s\", expected at most 30 of a-z, 0-9 and _, a letter first",
              what,
              name));
    }
  }

  /** A statement with the names of this registry's tables. */
  String in(String sql) {
    return sql.replace("#", prefix).replace("$", table(""));
  }

  /** The full name of a table. */
  public String table(String name) {
    return (schema.isEmpty() ? "" : schema + ".") + prefix + name;
  }
}

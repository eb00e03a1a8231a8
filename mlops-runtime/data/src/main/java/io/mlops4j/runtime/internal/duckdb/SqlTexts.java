package io.mlops4j.runtime.internal.duckdb;

/** Finds parameters in SQL by the lexical rules of DuckDB: quotes, comments and dollar quotes. */
final class SqlTexts {
  private SqlTexts() {}

  /** Returns the position of the first parameter, or -1. */
  static int parameter(String sql) {
    int at = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (c == '?') {
        return at;
      } else if (c == '$') {
        int quoted = dollarQuote(sql, at);
        if (quoted < 0) {
          return at;
        }
        at = quoted;
      } else if (c == '\'' || c == '"') {
        at = quote(sql, at, c == '\'' && isEscaped(sql, at));
      } else if (sql.startsWith("--", at)) {
        int end = sql.indexOf('\n', at);
        at = end < 0 ? sql.length() : end;
      } else if (sql.startsWith("/*", at)) {
        at = comment(sql, at);
      } else {
        at = Character.isJavaIdentifierStart(c) ? word(sql, at) : at + 1;
      }
    }
    return -1;
  }

  /** A dollar inside a word is part of it. A word ends before a quote, so that E'...' is found. */
  private static int word(String sql, int from) {
    int at = from;
    while (at < sql.length() && Character.isJavaIdentifierPart(sql.charAt(at))) {
      at++;
    }
    return at;
  }

  /** Whether the quote belongs to {@code E'...'}, in which a backslash escapes. */
  private static boolean isEscaped(String sql, int at) {
    boolean letter = at > 0 && (sql.charAt(at - 1) == 'e' || sql.charAt(at - 1) == 'E');
    return letter && (at == 1 || !Character.isJavaIdentifierPart(sql.charAt(at - 2)));
  }

  /** Returns the end of a quoted text; a doubled quote begins it again, which is the same. */
  private static int quote(String sql, int from, boolean escaped) {
    char end = sql.charAt(from);
    int at = from + 1;
    while (at < sql.length() && sql.charAt(at) != end) {
      at += escaped && sql.charAt(at) == '\\' ? 2 : 1;
    }
    boolean doubled = escaped && at + 1 < sql.length() && sql.charAt(at + 1) == end;
    return doubled ? quote(sql, at + 1, true) : at + 1;
  }

  private static int comment(String sql, int from) {
    int depth = 0;
    int at = from;
    while (at < sql.length()) {
      if (sql.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (sql.startsWith("*/", at)) {
        depth--;
        at += 2;
        if (depth == 0) {
          return at;
        }
      } else {
        at++;
      }
    }
    return at;
  }

  /** Returns the end of {@code $tag$...$tag$}, or -1 if the dollar begins a parameter. */
  private static int dollarQuote(String sql, int from) {
    int tag = from + 1;
    while (tag < sql.length()
        && (Character.isLetterOrDigit(sql.charAt(tag)) || sql.charAt(tag) == '_')) {
      tag++;
    }
    boolean number = tag > from + 1 && Character.isDigit(sql.charAt(from + 1));
    if (tag == sql.length() || sql.charAt(tag) != '$' || number) {
      return -1;
    }
    String mark = sql.substring(from, tag + 1);
    int end = sql.indexOf(mark, tag + 1);
    return end < 0 ? sql.length() : end + mark.length();
  }
}

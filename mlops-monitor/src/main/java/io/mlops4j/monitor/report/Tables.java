package io.mlops4j.monitor.report;

import java.util.List;

/** Writes tables with captions and heads, in a region that scrolls when they are wide. */
final class Tables {
  private static final int SHORT = 24;

  private Tables() {}

  static void write(Markup to, String caption, List<String> header, List<List<String>> rows) {
    write(to, caption, header, rows, "plain");
  }

  /** A table whose rows the reader may sort. */
  static void writeSortable(
      Markup to, String caption, List<String> header, List<List<String>> rows) {
    write(to, caption, header, rows, "sortable");
  }

  private static void write(
      Markup to, String caption, List<String> header, List<List<String>> rows, String style) {
    to.open("div", "class", "scroll", "role", "region", "aria-label", caption, "tabindex", "0");
    to.open("table", "class", style).element("caption", caption).open("thead").open("tr");
    for (int column = 0; column < header.size(); column++) {
      boolean numbers = isNumeric(rows, column);
      to.element("th", header.get(column), "scope", "col", "class", numbers ? "number" : "text");
    }
    to.close().close().open("tbody");
    rows.forEach(row -> row(to, row));
    to.close().close().close().raw("\n");
  }

  private static boolean isNumeric(List<List<String>> rows, int column) {
    return column > 0
        && !rows.isEmpty()
        && rows.stream().allMatch(row -> isNumeric(row.get(column)));
  }

  private static boolean isNumeric(String cell) {
    return !cell.isEmpty() && "0123456789+-<\u2212".indexOf(cell.charAt(0)) >= 0;
  }

  /** Short cells are not broken at their hyphens. */
  private static String style(String cell) {
    return cell.length() <= SHORT ? "text short" : "text";
  }

  private static void row(Markup to, List<String> cells) {
    to.open("tr").element("th", cells.get(0), "scope", "row");
    for (String cell : cells.subList(1, cells.size())) {
      to.element("td", cell, "class", isNumeric(cell) ? "number" : style(cell));
    }
    to.close();
  }
}

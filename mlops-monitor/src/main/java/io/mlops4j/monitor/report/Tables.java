package io.mlops4j.monitor.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes tables with captions and heads, in a region that scrolls if they are wide. On a phone,
 * each row of a table with many columns of text is a block whose cells name their columns.
 */
final class Tables {
  private static final int SHORT = 24;

  /** More columns of text than fit beside each other on a phone. */
  private static final int MANY = 4;

  private Tables() {}

  static void write(Markup to, String caption, List<String> header, List<List<String>> rows) {
    write(to, caption, header, rows, "plain");
  }

  /** Adds a table whose rows the reader can sort. */
  static void writeSortable(
      Markup to, String caption, List<String> header, List<List<String>> rows) {
    write(to, caption, header, rows, "sortable");
  }

  private static void write(
      Markup to, String caption, List<String> header, List<List<String>> rows, String style) {
    to.open("div", "class", "scroll", "role", "region", "aria-label", caption, "tabindex", "0");
    boolean all = IntStream.range(1, header.size()).allMatch(column -> isNumeric(rows, column));
    boolean blocks = !all && style.equals("plain") && header.size() >= MANY;
    to.open("table", "class", style + (all ? " numbers" : "") + (blocks ? " blocks" : ""));
    to.element("caption", caption).open("thead").open("tr");
    for (int column = 0; column < header.size(); column++) {
      if (all || !isNumeric(rows, column)) {
        to.element("th", header.get(column), "scope", "col");
      } else {
        to.element("th", header.get(column), "scope", "col", "class", "number");
      }
    }
    to.close().close().open("tbody");
    rows.forEach(row -> row(to, row, all, blocks ? header : List.of()));
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
    return cell.length() <= SHORT ? "short" : "";
  }

  /**
   * Writes a row.
   *
   * @param all whether the style of the table already marks its cells as numbers
   * @param heads the columns that cells must name; empty if the head of the table is enough
   */
  private static void row(Markup to, List<String> cells, boolean all, List<String> heads) {
    to.open("tr").element("th", cells.get(0), "scope", "row");
    for (int i = 1; i < cells.size(); i++) {
      String cell = cells.get(i);
      List<String> attributes = new ArrayList<>();
      String style = isNumeric(cell) ? "number" : style(cell);
      if (!all && !style.isEmpty()) {
        attributes.addAll(List.of("class", style));
      }
      if (!heads.isEmpty()) {
        attributes.addAll(List.of("data-head", heads.get(i)));
      }
      to.element("td", cell, attributes.toArray());
    }
    to.close();
  }
}

package io.mlops4j.samples.quickstart;

import io.mlops4j.samples.quickstart.Screen.Tone;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of cells with aligned columns. */
final class Table {

  /**
   * A cell.
   *
   * @param text the text
   * @param tone the colour
   * @param right whether it is aligned to the right, such as numbers
   */
  record Cell(String text, Tone tone, boolean right) {
    static Cell text(String text) {
      return new Cell(text, Tone.PLAIN, false);
    }

    static Cell number(String text) {
      return new Cell(text, Tone.PLAIN, true);
    }

    Cell in(Tone tone) {
      return new Cell(text, tone, right);
    }

    private String padded(int width) {
      String space = " ".repeat(width - text.length());
      return right ? space + text : text + space;
    }
  }

  private final List<List<Cell>> rows = new ArrayList<>();

  /** The first row is the head. */
  Table row(Cell... cells) {
    return row(List.of(cells));
  }

  Table row(List<Cell> cells) {
    rows.add(List.copyOf(cells));
    return this;
  }

  List<List<Cell>> rows() {
    return List.copyOf(rows);
  }

  List<String> lines(BiFunction<Tone, String, String> paint) {
    int[] widths = IntStream.range(0, rows.get(0).size()).map(this::width).toArray();
    return rows.stream().map(row -> line(row, widths, paint)).toList();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).text().length()).max().orElse(0);
  }

  private static String line(List<Cell> row, int[] widths, BiFunction<Tone, String, String> paint) {
    return IntStream.range(0, row.size())
        .mapToObj(i -> paint.apply(row.get(i).tone(), row.get(i).padded(widths[i])))
        .collect(Collectors.joining("  "))
        .stripTrailing();
  }
}

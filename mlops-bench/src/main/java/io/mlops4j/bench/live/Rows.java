package io.mlops4j.bench.live;

import java.util.Arrays;

/**
 * Some rows of a stream as plain arrays, which an incident may change before the model and the
 * monitors get them. One thread.
 */
final class Rows {
  final Layout layout;

  /** By column and row; NaN is missing. */
  final double[][] numbers;

  /** By column and row; -1 is missing. */
  final int[][] codes;

  /** The time of each row, since the epoch. */
  final long[] seconds;

  /** The key of each row. */
  final long[] keys;

  /** 1 for the event. */
  final byte[] labels;

  /** When the label of each row is known, since the epoch. */
  final long[] labelled;

  /** The answers of the model. */
  final float[] scores;

  Rows(Layout layout, int rows) {
    this(
        layout,
        new double[layout.numbers().size()][rows],
        new int[layout.categories().size()][rows],
        new long[rows],
        new long[rows],
        new byte[rows],
        new long[rows],
        new float[rows]);
  }

  private Rows(
      Layout layout,
      double[][] numbers,
      int[][] codes,
      long[] seconds,
      long[] keys,
      byte[] labels,
      long[] labelled,
      float[] scores) {
    this.layout = layout;
    this.numbers = numbers;
    this.codes = codes;
    this.seconds = seconds;
    this.keys = keys;
    this.labels = labels;
    this.labelled = labelled;
    this.scores = scores;
  }

  int size() {
    return seconds.length;
  }

  double[] number(String name) {
    return numbers[layout.number(name)];
  }

  int[] category(String name) {
    return codes[layout.category(name)];
  }

  /** The answers as numbers. */
  double[] answers() {
    double[] answers = new double[scores.length];
    Arrays.setAll(answers, row -> scores[row]);
    return answers;
  }

  /** New rows, each a copy of the row of that number. */
  Rows pick(int[] rows) {
    Rows picked = new Rows(layout, rows.length);
    for (int i = 0; i < rows.length; i++) {
      copy(rows[i], picked, i);
    }
    return picked;
  }

  void copy(int from, Rows to, int at) {
    for (int column = 0; column < numbers.length; column++) {
      to.numbers[column][at] = numbers[column][from];
    }
    for (int column = 0; column < codes.length; column++) {
      to.codes[column][at] = codes[column][from];
    }
    to.seconds[at] = seconds[from];
    to.keys[at] = keys[from];
    to.labels[at] = labels[from];
    to.labelled[at] = labelled[from];
    to.scores[at] = scores[from];
  }
}

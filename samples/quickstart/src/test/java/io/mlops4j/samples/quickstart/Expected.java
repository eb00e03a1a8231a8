package io.mlops4j.samples.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.util.List;

/** What scikit-learn says of the months of the story; {@code training/train.py} wrote it. */
final class Expected {

  /** A month: the share that was late, the mean probability and the ROC AUC of some answers. */
  record Figures(int rows, double late, double probability, double rocAuc) {}

  private final List<String[]> lines;

  private Expected(List<String[]> lines) {
    this.lines = lines;
  }

  static Expected read() throws IOException {
    try (InputStream csv = Expected.class.getResourceAsStream("expected.csv")) {
      String text = new String(csv.readAllBytes(), StandardCharsets.UTF_8);
      return new Expected(text.lines().skip(1).map(line -> line.split(";")).toList());
    }
  }

  /** The month when version 3 served for so many days, counted from its first. */
  Figures served(YearMonth month, int daysOfThird) {
    return find("served, version 3 for " + daysOfThird + " days", month);
  }

  private Figures find(String what, YearMonth month) {
    return lines.stream()
        .filter(line -> line[0].equals(what) && line[1].equals(month.toString()))
        .map(Expected::figures)
        .findFirst()
        .orElseThrow();
  }

  private static Figures figures(String[] line) {
    return new Figures(
        Integer.parseInt(line[2]),
        Double.parseDouble(line[3]),
        Double.parseDouble(line[4]),
        Double.parseDouble(line[5]));
  }
}

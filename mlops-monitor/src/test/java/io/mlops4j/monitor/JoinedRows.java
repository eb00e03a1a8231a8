package io.mlops4j.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.ArrayList;
import java.util.List;

/**
 * 200 000 scores, and labels of 80 % of them in shuffled order; 5 % are repeated, 2 % belong to
 * unknown rows. Made like joined() in live_performance.py, which has the expected figures.
 */
final class JoinedRows {
  static final JsonNode EXPECTED = GoldenFile.read("edge/live_performance.json").get("joined");
  static final int ROWS = 200_000;

  private final double[] scores;
  private final List<Label> labels;

  private JoinedRows(double[] scores, List<Label> labels) {
    this.scores = scores;
    this.labels = labels;
  }

  double score(int row) {
    return scores[row];
  }

  double[] scores() {
    return scores;
  }

  List<Label> labels() {
    return labels;
  }

  /** A label; the row is negative if it is unknown. */
  record Label(int row, int label) {
    String key() {
      return "row " + row;
    }
  }

  /** The generator of live_performance.py. */
  static final class Lcg {
    private long state;

    Lcg(long seed) {
      this.state = seed;
    }

    double next() {
      state = state * 6364136223846793005L + 1442695040888963407L;
      return (state >>> 11) * 0x1p-53;
    }
  }

  static JoinedRows make() {
    Lcg lcg = new Lcg(200);
    double[] scores = new double[ROWS];
    List<Label> labels = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      scores[i] = lcg.next();
      int label = lcg.next() < 0.2 + 0.4 * scores[i] ? 1 : 0;
      if (lcg.next() < 0.8) {
        labels.add(new Label(i, label));
        if (lcg.next() < 0.05) {
          labels.add(new Label(i, label));
        }
        if (lcg.next() < 0.02) {
          labels.add(new Label(-1 - i, 1));
        }
      }
    }
    for (int i = labels.size() - 1; i > 0; i--) {
      int j = (int) (lcg.next() * (i + 1));
      Label one = labels.get(i);
      labels.set(i, labels.get(j));
      labels.set(j, one);
    }
    return new JoinedRows(scores, labels);
  }
}

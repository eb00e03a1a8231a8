package io.mlops4j.bench.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdwinTest {
  private static final int ROWS = 40_000;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void cutsTheWindowsOfMoaAtTheSameRows(int stream) throws IOException {
    List<String[]> expected =
        lines().stream()
            .map(line -> line.split(","))
            .filter(fields -> fields[0].equals(Integer.toString(stream)))
            .toList();
    Adwin adwin = new Adwin();
    SplittableRandom random = new SplittableRandom(stream);
    int next = 0;
    for (int row = 1; row <= ROWS; row++) {
      boolean change = adwin.changes(value(stream, row, random));
      if (change || row % 1000 == 0) {
        String[] moa = expected.get(next++);
        assertThat(row + "," + change + "," + adwin.width())
            .isEqualTo(moa[1] + "," + moa[2] + "," + moa[3]);
        double mean = Double.parseDouble(moa[4]);
        assertThat(adwin.mean()).isCloseTo(mean, within(1e-11 * (1 + Math.abs(mean))));
        // MOA subtracts, so that far from zero its figures have lost digits
        assertThat(adwin.variance()).isCloseTo(Double.parseDouble(moa[5]), within(1e-5));
      }
    }
    assertThat(next).isEqualTo(expected.size());
  }

  private static List<String> lines() throws IOException {
    try (InputStream in = AdwinTest.class.getResourceAsStream("adwin.csv")) {
      byte[] bytes = Objects.requireNonNull(in).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** The streams of MakeAdwin.java. */
  private static double value(int stream, int row, SplittableRandom random) {
    double u = random.nextDouble();
    return switch (stream) {
      case 0 -> u;
      case 1 -> u < (row % 20_000 < 10_000 ? 0.2 : 0.3) ? 1 : 0;
      case 2 -> u + (double) row / ROWS;
      case 3 -> u + Math.floor(row / 5_000.0) * 0.05;
      case 4 -> row / 500 % 2 == 0 ? u : -u;
      default -> 1e6 + u * (row < 30_000 ? 1 : 3);
    };
  }
}

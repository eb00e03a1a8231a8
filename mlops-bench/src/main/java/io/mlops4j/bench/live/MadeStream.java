package io.mlops4j.bench.live;

import io.mlops4j.bench.live.Layout.CategoryColumn;
import io.mlops4j.bench.live.Layout.NumberColumn;
import io.mlops4j.bench.live.Layout.Width;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Independent rows of nine columns: two normal, one of which may be shifted from some row on; heavy
 * tails; ties; mostly zero; a flag in one row of a hundred; 5 and 50 categories of falling shares;
 * and a score that is the probability of the label.
 */
final class MadeStream implements StreamSource {
  /** The normal column that is shifted. */
  static final String SHIFTED = "normal";

  private static final int[] CATEGORIES = {5, 50};
  private static final int TABLE = 1 << 12;
  private static final int[][] TABLES =
      IntStream.of(CATEGORIES).mapToObj(MadeStream::table).toArray(int[][]::new);
  private static final long SECONDS_PER_ROW = 5;
  private static final long BEGIN = 978_307_200; // 2001

  private static final Layout LAYOUT =
      new Layout(
          List.of(
              new NumberColumn(SHIFTED, Width.FLOAT),
              new NumberColumn("other", Width.DOUBLE),
              new NumberColumn("heavy", Width.DOUBLE),
              new NumberColumn("ties", Width.SHORT),
              new NumberColumn("zeros", Width.FLOAT),
              new NumberColumn("flag", Width.SHORT)),
          List.of(category("k5", CATEGORIES[0]), category("k50", CATEGORIES[1])));

  private final SplittableRandom random;
  private final double shift;
  private final long shiftedFrom;

  /**
   * A stream.
   *
   * @param shift in deviations, of one column
   * @param shiftedFrom the first row that is shifted
   */
  MadeStream(SplittableRandom random, double shift, long shiftedFrom) {
    this.random = random;
    this.shift = shift;
    this.shiftedFrom = shiftedFrom;
  }

  private static CategoryColumn category(String name, int categories) {
    return new CategoryColumn(
        name, IntStream.range(0, categories).mapToObj(code -> name + "-" + code).toList());
  }

  /** Categories by their shares, which fall as 1 / (k + 1). */
  private static int[] table(int categories) {
    double sum = IntStream.rangeClosed(1, categories).mapToDouble(k -> 1.0 / k).sum();
    int[] table = new int[TABLE];
    int at = 0;
    double upTo = 0;
    for (int k = 0; k < categories; k++) {
      upTo += TABLE / (k + 1.0) / sum;
      while (at < Math.min(TABLE, Math.rint(upTo))) {
        table[at++] = k;
      }
    }
    return table;
  }

  @Override
  public Layout layout() {
    return LAYOUT;
  }

  @Override
  public Rows next(long first, int count) {
    Rows rows = new Rows(LAYOUT, count);
    for (int row = 0; row < count; row++) {
      long number = first + row;
      rows.numbers[0][row] = random.nextGaussian() + (number >= shiftedFrom ? shift : 0);
      rows.numbers[1][row] = random.nextGaussian();
      rows.numbers[2][row] = Math.exp(1.5 * random.nextGaussian());
      rows.numbers[3][row] = Math.rint(2 * random.nextGaussian());
      long bits = random.nextLong();
      rows.numbers[4][row] = bits % 10 < 4 ? 0 : (bits >>> 40) * 0x1.0p-24;
      rows.numbers[5][row] = random.nextInt(100) == 0 ? 1 : 0;
      rows.codes[0][row] = TABLES[0][(int) (bits & (TABLE - 1))];
      rows.codes[1][row] = TABLES[1][(int) (bits >>> 12 & (TABLE - 1))];
      double score = 1 / (1 + Math.exp(1.5 - 0.8 * rows.numbers[1][row]));
      rows.scores[row] = (float) score;
      rows.labels[row] = (byte) (random.nextDouble() < score ? 1 : 0);
      rows.seconds[row] = BEGIN + SECONDS_PER_ROW * number;
      rows.labelled[row] = rows.seconds[row];
      rows.keys[row] = number;
    }
    return rows;
  }
}

package io.mlops4j.bench.live;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Growing columns, for peers that look at rows: numbers with the answers, and categories. */
final class Columns {
  private final Map<String, double[]> numbers = new LinkedHashMap<>();
  private final Map<String, int[]> codes = new LinkedHashMap<>();
  private int rows;

  void add(Rows more) {
    int size = rows + more.size();
    for (int i = 0; i < more.numbers.length; i++) {
      append(more.layout.numbers().get(i).name(), more.numbers[i], size);
    }
    append(Layout.SCORE, more.answers(), size);
    for (int i = 0; i < more.codes.length; i++) {
      append(more.layout.categories().get(i).name(), more.codes[i], size);
    }
    rows = size;
  }

  private void append(String name, double[] values, int size) {
    double[] all = numbers.getOrDefault(name, new double[0]);
    all = all.length < size ? Arrays.copyOf(all, Math.max(size, 2 * all.length)) : all;
    System.arraycopy(values, 0, all, rows, values.length);
    numbers.put(name, all);
  }

  private void append(String name, int[] values, int size) {
    int[] all = codes.getOrDefault(name, new int[0]);
    all = all.length < size ? Arrays.copyOf(all, Math.max(size, 2 * all.length)) : all;
    System.arraycopy(values, 0, all, rows, values.length);
    codes.put(name, all);
  }

  int rows() {
    return rows;
  }

  void clear() {
    rows = 0;
  }

  void forEachNumber(BiConsumer<String, double[]> use) {
    numbers.forEach((name, values) -> use.accept(name, Arrays.copyOf(values, rows)));
  }

  void forEachCategory(BiConsumer<String, int[]> use) {
    codes.forEach((name, values) -> use.accept(name, Arrays.copyOf(values, rows)));
  }
}

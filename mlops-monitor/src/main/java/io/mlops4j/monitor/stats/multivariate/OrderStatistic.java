package io.mlops4j.monitor.stats.multivariate;

/** Finds one value of the sorted order without sorting everything (Hoare 1961). */
final class OrderStatistic {
  private OrderStatistic() {}

  /**
   * Returns the value that would be at this place in the sorted array. Afterwards it is there, with
   * no larger value before it and no smaller value after it.
   *
   * @param values without NaN; reordered
   * @param place from 0
   */
  static double of(double[] values, int place) {
    int from = 0;
    int to = values.length - 1;
    while (from < to) {
      double pivot = middle(values[from], values[(from + to) >>> 1], values[to]);
      int left = from;
      int right = to;
      while (left <= right) {
        while (values[left] < pivot) {
          left++;
        }
        while (values[right] > pivot) {
          right--;
        }
        if (left <= right) {
          double swapped = values[left];
          values[left++] = values[right];
          values[right--] = swapped;
        }
      }
      if (place <= right) {
        to = right;
      } else if (place >= left) {
        from = left;
      } else {
        break; // all values between the two equal the pivot
      }
    }
    return values[place];
  }

  private static double middle(double a, double b, double c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}

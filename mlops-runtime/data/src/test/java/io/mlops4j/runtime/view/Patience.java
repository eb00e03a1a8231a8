package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import java.util.function.Supplier;

/** For stores with a short time limit, which a busy machine may exceed. */
final class Patience {
  private Patience() {}

  /** Tries up to twenty times more. */
  static <T> T again(Supplier<T> work) {
    for (int left = 20; ; left--) {
      try {
        return work.get();
      } catch (DataException e) {
        if (left == 0) {
          throw e;
        }
      }
    }
  }
}

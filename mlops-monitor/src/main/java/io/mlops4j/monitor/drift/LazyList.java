package io.mlops4j.monitor.drift;

import java.util.AbstractList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An immutable list that is computed when it is first read. A monitor compares all columns of all
 * windows, and reads the texts and movements of few. Thread safe.
 *
 * @param <T> the elements
 */
final class LazyList<T> extends AbstractList<T> {
  private @Nullable Supplier<List<T>> supplier;
  private List<T> elements = List.of();

  private LazyList(Supplier<List<T>> supplier) {
    this.supplier = supplier;
  }

  static <T> List<T> of(Supplier<List<T>> supplier) {
    return new LazyList<>(supplier);
  }

  /** Returns a list that does not change: the list itself if it is lazy, else a copy. */
  static <T> List<T> copyOf(List<T> list) {
    return list instanceof LazyList ? list : List.copyOf(list);
  }

  private synchronized List<T> elements() {
    if (supplier != null) {
      elements = List.copyOf(supplier.get());
      supplier = null;
    }
    return elements;
  }

  @Override
  public T get(int index) {
    return elements().get(index);
  }

  @Override
  public int size() {
    return elements().size();
  }
}

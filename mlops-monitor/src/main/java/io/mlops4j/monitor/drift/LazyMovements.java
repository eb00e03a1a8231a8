package io.mlops4j.monitor.drift;

import java.util.AbstractList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An immutable list that is computed when it is first read. A monitor compares all columns of all
 * windows, and reads the movements of few. Thread safe.
 */
final class LazyMovements extends AbstractList<Movement> {
  private @Nullable Supplier<List<Movement>> supplier;
  private @Nullable List<Movement> movements;

  LazyMovements(Supplier<List<Movement>> supplier) {
    this.supplier = supplier;
  }

  private synchronized List<Movement> movements() {
    if (supplier != null) {
      movements = List.copyOf(supplier.get());
      supplier = null;
    }
    return movements == null ? List.of() : movements;
  }

  @Override
  public Movement get(int index) {
    return movements().get(index);
  }

  @Override
  public int size() {
    return movements().size();
  }
}

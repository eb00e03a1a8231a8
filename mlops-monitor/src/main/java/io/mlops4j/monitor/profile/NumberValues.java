package io.mlops4j.monitor.profile;

import java.util.Arrays;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Keeps the numbers of a reference, as primitives, until its bins can be cut. */
final class NumberValues implements Counter {
  private final String name;
  private final Role role;
  private double[] values = new double[Cells.CHUNK];
  private int size;
  private long missing;

  NumberValues(String name, Role role) {
    this.name = name;
    this.role = role;
  }

  @Override
  public Kind kind() {
    return Kind.NUMBERS;
  }

  @Override
  public void add(FieldVector column, DictionaryProvider dictionaries) {
    Cells.numbers(column, this::add);
  }

  private void add(double[] chunk, int length) {
    if (size + length > values.length) {
      values = Arrays.copyOf(values, Math.max(size + length, values.length + values.length / 2));
    }
    for (int i = 0; i < length; i++) {
      if (Double.isNaN(chunk[i])) {
        missing++;
      } else {
        values[size++] = chunk[i];
      }
    }
  }

  /** Sorting first makes bins and figures the same for any order of the rows. */
  @Override
  public NumberProfile build() {
    Arrays.sort(values, 0, size);
    NumberCounter counter = new NumberCounter(name, role, NumberBins.of(values, size));
    counter.add(values, size);
    counter.addMissing(missing);
    return counter.build();
  }
}

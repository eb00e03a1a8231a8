package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Counts nothing of a column that is not profiled. */
record SkippedCounter(SkippedColumn build) implements ColumnCounter {
  @Override
  public ColumnKind kind() {
    return ColumnKind.OTHER;
  }

  @Override
  public void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk) {}

  @Override
  public SkippedCounter cleared() {
    return this;
  }
}

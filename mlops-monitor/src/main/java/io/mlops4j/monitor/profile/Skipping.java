package io.mlops4j.monitor.profile;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Passes over a column that is not profiled. */
record Skipping(SkippedColumn build) implements Counter {
  @Override
  public Kind kind() {
    return Kind.OTHER;
  }

  @Override
  public void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk) {}
}

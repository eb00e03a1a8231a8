package io.mlops4j.monitor.profile;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Gathers what a profile needs of one column, batch by batch. */
interface Counter {
  /** What the column must hold. */
  Kind kind();

  void add(FieldVector column, DictionaryProvider dictionaries);

  /** The profile of what was added so far; more may follow. */
  ColumnProfile build();
}

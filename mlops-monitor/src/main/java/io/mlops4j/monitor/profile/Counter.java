package io.mlops4j.monitor.profile;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Gathers what a profile needs of one column, batch by batch. */
interface Counter {
  /** What the column must hold. */
  Kind kind();

  /** Whether a column can be counted; looked at before anything of a batch is. */
  default boolean accepts(FieldVector column, DictionaryProvider dictionaries) {
    return Kind.of(column, dictionaries) == kind();
  }

  /** What {@link #accepts} asks for, in words. */
  default String expected() {
    return kind().toString();
  }

  /**
   * Counts a column.
   *
   * @param chunk room to read into, used for one column after the other
   */
  void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk);

  /** The profile of what was added so far; more may follow. */
  ColumnProfile build();
}

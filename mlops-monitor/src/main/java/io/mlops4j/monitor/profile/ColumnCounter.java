package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Gathers what a profile needs of one column, batch by batch. */
interface ColumnCounter {
  /** What the column must hold. */
  ColumnKind kind();

  /** Whether a column can be counted; looked at before anything of a batch is. */
  default boolean accepts(FieldVector column, DictionaryProvider dictionaries) {
    return ColumnKind.of(column, dictionaries) == kind();
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

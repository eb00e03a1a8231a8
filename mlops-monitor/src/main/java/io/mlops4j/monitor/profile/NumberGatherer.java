package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.profile.internal.NumberCells;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Collects numbers of a column, or numbers that are computed from a column. */
interface NumberGatherer extends ColumnCounter, NumberCells.Taker {
  @Override
  default ColumnKind kind() {
    return ColumnKind.NUMBERS;
  }

  @Override
  default void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk) {
    NumberCells.read(column, chunk, this);
  }

  @Override
  NumberProfile build();

  @Override
  NumberGatherer cleared();
}

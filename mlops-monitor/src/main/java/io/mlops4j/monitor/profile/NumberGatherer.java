package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.NumberCells;

/** Collects numbers of a column, or numbers that are computed from a column. */
interface NumberGatherer extends ColumnCounter, NumberCells.Taker {
  @Override
  NumberProfile build();
}

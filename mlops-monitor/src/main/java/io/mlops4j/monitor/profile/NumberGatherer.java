package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.NumberCells;

/** Gathers numbers, of a column or of what was computed from one. */
interface NumberGatherer extends ColumnCounter, NumberCells.Taker {
  @Override
  NumberProfile build();
}

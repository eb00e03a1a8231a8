package io.mlops4j.monitor.profile;

/** Gathers numbers, of a column or of what was computed from one. */
interface NumberGatherer extends Counter, NumberCells.Taker {
  @Override
  NumberProfile build();
}

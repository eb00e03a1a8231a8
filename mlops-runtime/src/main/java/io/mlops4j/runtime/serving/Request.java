package io.mlops4j.runtime.serving;

/** What a call asks. */
interface Request {
  int rows();

  /** Checks what can be checked without rows. */
  void checkEmpty();

  /**
   * Checks and writes at least one row.
   *
   * @return whether the one row is the whole of an input
   */
  boolean bind(Slot slot);

  /** Tells listeners of the answer. */
  void tell(LoadedModel model, DefaultPrediction answer, CallTimes times);
}

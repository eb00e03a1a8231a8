package io.mlops4j.runtime.serving;

/** What a call asks. */
interface Request {
  int rows();

  /** Checks what can be checked without rows. */
  void checkEmpty();

  /** Checks and writes at least one row. */
  void bind(Slot slot);

  /** Tells listeners of the answer. */
  void tell(LoadedModel model, DefaultPrediction answer, CallTimes times);
}

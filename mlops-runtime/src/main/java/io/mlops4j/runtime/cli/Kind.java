package io.mlops4j.runtime.cli;

import java.util.Locale;

/** What versions are exchanged as. */
enum Kind {
  ARCHIVE,
  MLFLOW,
  ONNX;

  /** As it is written on a command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

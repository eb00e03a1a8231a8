package io.mlops4j.runtime.cli.registry;

import java.util.Locale;

/** The forms in which versions are exchanged. */
enum ExchangeForm {
  ARCHIVE,
  MLFLOW,
  ONNX;

  /** The word on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package io.mlops4j.runtime.cli.model;

import java.util.List;

/** The commands that load a model or read data, in the order in which help lists them. */
public final class ModelCommands {
  private ModelCommands() {}

  /**
   * Returns a new instance of each command.
   *
   * @param reporters the class loader that finds the drift reporter
   * @return the commands
   */
  public static List<Object> all(ClassLoader reporters) {
    return List.of(new InspectCommand(), new PredictCommand(), new DriftCommand(reporters));
  }
}

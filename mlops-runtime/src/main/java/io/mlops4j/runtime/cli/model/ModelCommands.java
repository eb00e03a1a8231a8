package io.mlops4j.runtime.cli.model;

import io.mlops4j.runtime.cli.shell.ShellCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands that load a model or read data. */
public final class ModelCommands {
  /** The names, in the order in which help lists them. */
  public static final List<String> NAMES = List.of("inspect", "predict", "drift");

  private ModelCommands() {}

  /**
   * Creates a command.
   *
   * @param name its name
   * @param reporters the class loader that finds the drift reporter
   * @return the command, or null if there is none of this name
   */
  public static @Nullable ShellCommand create(String name, ClassLoader reporters) {
    return switch (name) {
      case "inspect" -> new InspectCommand();
      case "predict" -> new PredictCommand();
      case "drift" -> new DriftCommand(reporters);
      default -> null;
    };
  }
}

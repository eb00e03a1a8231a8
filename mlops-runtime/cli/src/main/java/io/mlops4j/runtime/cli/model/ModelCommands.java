package io.mlops4j.runtime.cli.model;

import io.mlops4j.runtime.cli.shell.ShellCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The commands that load a model or read data. */
public final class ModelCommands {
  /** The commands that take no option of a registry. */
  public static final Set<String> WITHOUT_REGISTRY =
      Set.of("convert", "profile", "reference", "drift", "quality");

  private ModelCommands() {}

  /**
   * Returns a factory for each command by its name, in the order of the help.
   *
   * @param reporters the class loader that finds the services of the monitor
   * @return the factories
   */
  public static Map<String, Supplier<ShellCommand>> all(ClassLoader reporters) {
    Map<String, Supplier<ShellCommand>> all = new LinkedHashMap<>();
    all.put("inspect", InspectCommand::new);
    all.put("predict", PredictCommand::new);
    all.put("convert", ConvertCommand::new);
    all.put("profile", () -> new ProfileCommand(reporters));
    all.put("reference", () -> new ReferenceCommand(reporters));
    all.put("drift", () -> new DriftCommand(reporters));
    all.put("quality", () -> new QualityCommand(reporters));
    return all;
  }
}

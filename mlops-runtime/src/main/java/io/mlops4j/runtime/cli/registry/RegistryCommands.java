package io.mlops4j.runtime.cli.registry;

import java.util.List;

/** The commands that read and change a registry, in the order in which help lists them. */
public final class RegistryCommands {
  private RegistryCommands() {}

  /**
   * Returns a new instance of each command.
   *
   * @return the commands
   */
  public static List<Object> all() {
    return List.of(
        new PublishCommand(),
        new ListCommand(),
        new ShowCommand(),
        new AssignCommand(),
        new UnassignCommand(),
        new HistoryCommand(),
        new DiffCommand(),
        new SignCommand(),
        new VerifyCommand(),
        new ExportCommand(),
        new ImportCommand(),
        new CopyCommand(),
        new DeprecateCommand(),
        new DeleteCommand(),
        new RestoreCommand(),
        new RetireCommand(),
        new ReinstateCommand(),
        new GcCommand());
  }
}

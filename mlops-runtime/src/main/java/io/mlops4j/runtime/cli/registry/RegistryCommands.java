package io.mlops4j.runtime.cli.registry;

import io.mlops4j.runtime.cli.shell.ShellCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands that read and change a registry. */
public final class RegistryCommands {
  /** The names, in the order in which help lists them. */
  public static final List<String> NAMES =
      List.of(
          "publish",
          "list",
          "show",
          "assign",
          "unassign",
          "history",
          "diff",
          "sign",
          "verify",
          "export",
          "import",
          "copy",
          "deprecate",
          "delete",
          "restore",
          "retire",
          "reinstate",
          "gc");

  private RegistryCommands() {}

  /**
   * Creates a command.
   *
   * @param name its name
   * @return the command, or null if there is none of this name
   */
  public static @Nullable ShellCommand create(String name) {
    return switch (name) {
      case "publish" -> new PublishCommand();
      case "list" -> new ListCommand();
      case "show" -> new ShowCommand();
      case "assign" -> new AssignCommand();
      case "unassign" -> new UnassignCommand();
      case "history" -> new HistoryCommand();
      case "diff" -> new DiffCommand();
      case "sign" -> new SignCommand();
      case "verify" -> new VerifyCommand();
      case "export" -> new ExportCommand();
      case "import" -> new ImportCommand();
      case "copy" -> new CopyCommand();
      case "deprecate" -> new DeprecateCommand();
      case "delete" -> new DeleteCommand();
      case "restore" -> new RestoreCommand();
      case "retire" -> new RetireCommand();
      case "reinstate" -> new ReinstateCommand();
      case "gc" -> new GcCommand();
      default -> null;
    };
  }
}

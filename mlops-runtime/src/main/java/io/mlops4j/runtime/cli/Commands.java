package io.mlops4j.runtime.cli;

import io.mlops4j.error.MlopsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The commands together: how they are found, and how their failures are told. */
@Command(
    name = "mlops4j",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = LibraryVersion.class,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it went well",
      "1:what was asked for failed, or a verification found a break",
      "2:the command line is wrong",
      "3:drift found a column that drifted"
    })
final class Commands {
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int DRIFTED = 3;

  @Mixin final Shared shared;

  private Commands(Shared shared) {
    this.shared = shared;
  }

  /**
   * The command line.
   *
   * @param environment the environment's variables
   * @param terminal whether somebody sits before the process
   */
  static CommandLine line(UnaryOperator<@Nullable String> environment, boolean terminal) {
    CommandLine line = new CommandLine(new Commands(new Shared(environment, terminal)));
    line.getCommandSpec()
        .usageMessage()
        .description(
            "Keeps versions of models, says which of them an alias names, and looks into models and"
                + " data.")
        .footer("%nEvery command has an example: mlops4j publish --help");
    line.addSubcommand(new PublishCommand())
        .addSubcommand(new ListCommand())
        .addSubcommand(new ShowCommand())
        .addSubcommand(new AssignCommand())
        .addSubcommand(new UnassignCommand())
        .addSubcommand(new HistoryCommand())
        .addSubcommand(new DiffCommand())
        .addSubcommand(new SignCommand())
        .addSubcommand(new VerifyCommand())
        .addSubcommand(new ExportCommand())
        .addSubcommand(new ImportCommand())
        .addSubcommand(new CopyCommand())
        .addSubcommand(new DeprecateCommand())
        .addSubcommand(new DeleteCommand())
        .addSubcommand(new RestoreCommand())
        .addSubcommand(new RetireCommand())
        .addSubcommand(new ReinstateCommand())
        .addSubcommand(new GcCommand())
        .addSubcommand(new InspectCommand())
        .addSubcommand(new PredictCommand())
        .addSubcommand(new DriftCommand());
    return line.setExpandAtFiles(false) // --because "@ana asked for it" is a text
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, args) -> misused(e))
        .setExecutionExceptionHandler((e, command, result) -> failed(e, command));
  }

  private static int misused(ParameterException e) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("mlops4j: " + Output.clean(message(e)));
    if (command.getParent() == null && !(e instanceof UnmatchedArgumentException)) {
      err.println();
      command.usage(err);
    } else {
      UnmatchedArgumentException.printSuggestions(e, err);
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    err.flush();
    return USAGE;
  }

  /** Picocli says one word twice, and that an error is one. */
  private static String message(ParameterException e) {
    String message = String.valueOf(e.getMessage()).replace("option option", "option");
    return message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
  }

  private int failedWith(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    err.println("mlops4j: " + Output.clean(message(e)));
    if (shared.debug) {
      e.printStackTrace(err);
    }
    err.flush();
    return e instanceof IllegalArgumentException ? USAGE : FAILED;
  }

  private static int failed(Exception e, CommandLine command) {
    CommandLine top = command.getParent() == null ? command : command.getParent();
    return ((Commands) top.getCommand()).failedWith(e, command);
  }

  private static String message(Exception e) {
    String message = e.getMessage();
    if (message != null && (e instanceof MlopsException || e instanceof IllegalArgumentException)) {
      return message;
    }
    if (e instanceof NoSuchFileException) {
      return message + ": found no such file, expected one that can be read";
    }
    if (e instanceof FileAlreadyExistsException) {
      return message + ": found a file that is there already, expected none; --force replaces it";
    }
    if (e instanceof IOException) {
      return "cannot read or write (" + e + "); check path, permissions and disk";
    }
    return "unexpected " + e + "; --debug says where";
  }
}

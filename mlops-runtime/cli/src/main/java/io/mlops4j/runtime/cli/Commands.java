package io.mlops4j.runtime.cli;

import io.mlops4j.error.MlopsException;
import io.mlops4j.runtime.cli.model.ModelCommands;
import io.mlops4j.runtime.cli.registry.RegistryCommands;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.GlobalOptions;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Joins the commands into one command line, and prints their failures. */
final class Commands {
  private Commands() {}

  /**
   * Returns the command line with every command.
   *
   * @param environment returns the value of an environment variable, or null
   * @param terminal whether the process is attached to a terminal
   */
  static CommandLine line(UnaryOperator<@Nullable String> environment, boolean terminal) {
    return line(environment, terminal, Commands.class.getClassLoader(), new String[0]);
  }

  /**
   * Returns the command line. If the first argument is the name of a command, the command line has
   * only this command. Creating the others would take a quarter of the time of a short command.
   *
   * @param reporters the class loader that finds the drift reporter
   * @param args the arguments
   */
  static CommandLine line(
      UnaryOperator<@Nullable String> environment,
      boolean terminal,
      ClassLoader reporters,
      String[] args) {
    GlobalOptions options = new GlobalOptions(environment, terminal);
    CommandLine line = new CommandLine(options);
    line.getCommandSpec()
        .usageMessage()
        .description(
            "Stores versions of models in a registry, points aliases to them, and examines models"
                + " and data.")
        .footer("%nThe help of every command has an example: mlops4j publish --help");
    Map<String, Supplier<?>> all = RegistryCommands.all();
    all.putAll(ModelCommands.all(reporters));
    if (args.length > 0 && all.containsKey(args[0])) {
      all.keySet().retainAll(Set.of(args[0]));
    }
    all.values().forEach(command -> line.addSubcommand(command.get()));
    line.getSubcommands()
        .forEach(
            (name, command) -> {
              if (ModelCommands.WITHOUT_REGISTRY.contains(name)) {
                GlobalOptions.removeRegistry(command.getCommandSpec());
              }
            });
    return line.setExpandAtFiles(false) // --because "@ana asked for it" is plain text
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, arguments) -> misused(e))
        .setExecutionExceptionHandler((e, command, result) -> failed(e, command, options.debug()));
  }

  private static int misused(ParameterException e) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("mlops4j: " + ConsoleOutput.clean(message(e)));
    if (command.getParent() == null && !(e instanceof UnmatchedArgumentException)) {
      err.println();
      command.usage(err);
    } else {
      UnmatchedArgumentException.printSuggestions(e, err);
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    err.flush();
    return ShellCommand.USAGE;
  }

  /** Picocli repeats the word option, and begins some messages with "Error". */
  private static String message(ParameterException e) {
    String message = String.valueOf(e.getMessage()).replace("option option", "option");
    return message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
  }

  private static int failed(Exception e, CommandLine command, boolean debug) {
    PrintWriter err = command.getErr();
    err.println("mlops4j: " + ConsoleOutput.clean(message(e)));
    if (debug) {
      e.printStackTrace(err);
    }
    err.flush();
    return e instanceof IllegalArgumentException ? ShellCommand.USAGE : ShellCommand.FAILED;
  }

  private static String message(Exception e) {
    String message = e.getMessage();
    if (message != null && (e instanceof MlopsException || e instanceof IllegalArgumentException)) {
      return ShellAdvice.of(message);
    }
    if (e instanceof NoSuchFileException) {
      return message + ": no such file, or no folder to write it to; check the path";
    }
    if (e instanceof FileAlreadyExistsException) {
      return message + ": the file exists already; --force replaces it";
    }
    if (e instanceof IOException) {
      return "cannot read or write (" + e + "); check path, permissions and disk";
    }
    return "unexpected " + e + "; run again with --debug for the stack trace";
  }
}

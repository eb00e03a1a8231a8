package io.mlops4j.runtime.cli;

import io.mlops4j.runtime.cli.shell.Terminal;

/**
 * The command line of registries, models and data. {@code --help} lists the commands, each with an
 * example:
 *
 * <pre>{@code
 * java -cp ... io.mlops4j.runtime.cli.Mlops4j --help
 * }</pre>
 *
 * <p>The answer goes to standard output, everything else to standard error. With {@code --json}
 * standard output is one JSON document, or nothing if the command failed. Keys may be added, but
 * are never renamed. The exit code is 0 if the command succeeded, 1 if it failed or a verification
 * found a break, 2 if the command line is wrong, and 3 if {@code drift} found a column that drifted
 * or {@code quality} a check that failed.
 */
public final class Mlops4j {
  private Mlops4j() {}

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param args the command and its options
   */
  public static void main(String[] args) {
    System.exit(
        Commands.line(System::getenv, Terminal.isThere(), Mlops4j.class.getClassLoader(), args)
            .execute(args));
  }
}

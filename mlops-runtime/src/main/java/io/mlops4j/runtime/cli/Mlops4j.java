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
 * <p>Needs {@code info.picocli:picocli} 4.7.7 on the class path, and {@code
 * io.mlops4j:mlops-monitor} for the commands {@code drift}, {@code quality}, {@code profile} and
 * {@code reference}.
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
   * @throws IllegalStateException if Picocli is not on the class path; the message names the
   *     artifact
   */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    try {
      return Commands.line(System::getenv, Terminal.isThere(), Mlops4j.class.getClassLoader(), args)
          .execute(args);
    } catch (NoClassDefFoundError e) {
      if (String.valueOf(e.getMessage()).startsWith("picocli/")) {
        throw new IllegalStateException(
            "the command line needs Picocli; add info.picocli:picocli 4.7.7 to the class path", e);
      }
      throw e;
    }
  }
}

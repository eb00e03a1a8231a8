package io.mlops4j.runtime.cli;

/**
 * The command line of a registry: publish, list, show, assign, history, diff, sign, verify, export,
 * import, copy, deprecate, delete, restore and gc; and of models and data: inspect, predict and
 * drift, which needs {@code io.mlops4j:mlops-monitor}. Needs {@code info.picocli:picocli} 4.7.7 on
 * the class path; {@code --help} shows every command with an example:
 *
 * <pre>{@code
 * java -cp ... io.mlops4j.runtime.cli.Mlops4j --help
 * }</pre>
 *
 * <p>What was asked for goes to standard output, everything else to standard error. With {@code
 * --json} standard output is one JSON document, or nothing where a command failed; keys may be
 * added, but are never renamed. The exit code is 0 when it went well, 1 when what was asked for
 * failed or a verification found a break, 2 when the command line itself is wrong, and 3 when drift
 * found a column that drifted.
 */
public final class Mlops4j {
  private Mlops4j() {}

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param args the command and its options
   * @throws IllegalStateException if Picocli is not on the class path, with what to add
   */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    try {
      return Commands.line(System::getenv, Terminal.isThere()).execute(args);
    } catch (NoClassDefFoundError e) {
      if (String.valueOf(e.getMessage()).startsWith("picocli/")) {
        throw new IllegalStateException(
            "found no Picocli, which the command line needs; add info.picocli:picocli 4.7.7 to"
                + " the class path",
            e);
      }
      throw e;
    }
  }
}

package io.mlops4j.runtime.cli.shell;

import java.io.Console;

/** Finds out whether the process is attached to a terminal. */
public final class Terminal {
  private Terminal() {}

  /**
   * {@return whether there is a terminal} From Java 22 on a console exists without one, and {@code
   * Console.isTerminal} finds out.
   */
  @SuppressWarnings("SystemConsoleNull") // asked below
  public static boolean isThere() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}

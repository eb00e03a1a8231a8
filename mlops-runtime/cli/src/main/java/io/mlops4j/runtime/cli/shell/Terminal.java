package io.mlops4j.runtime.cli.shell;

import java.io.Console;

/** Finds out whether the process is attached to a terminal. */
public final class Terminal {
  private Terminal() {}

  /**
   * {@return whether there is a terminal} From Java 22 on, a console exists even without a
   * terminal, and {@code Console.isTerminal} tells the difference.
   */
  @SuppressWarnings("SystemConsoleNull") // isTerminal is called below
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

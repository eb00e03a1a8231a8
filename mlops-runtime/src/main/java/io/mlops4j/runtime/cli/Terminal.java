package io.mlops4j.runtime.cli;

import java.io.Console;

/** Whether somebody sits before the process. */
final class Terminal {
  private Terminal() {}

  /** From Java 22 on there may be a console without a terminal, and it can be asked. */
  @SuppressWarnings("SystemConsoleNull") // asked below
  static boolean isThere() {
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

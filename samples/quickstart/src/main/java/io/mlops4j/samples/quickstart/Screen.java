package io.mlops4j.samples.quickstart;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * Prints for people. Colours and a progress bar appear only on a terminal, colours only if NO_COLOR
 * is not set. Otherwise the output is plain lines for a log.
 */
final class Screen {
  private static final int BAR = 40;

  /** The colour of a line. */
  enum Tone {
    PLAIN(""),
    BOLD("\033[1m"),
    DIM("\033[2m"),
    GOOD("\033[32m"),
    BAD("\033[31m"),
    NOTE("\033[33m");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  private final PrintStream out;
  private final boolean terminal;
  private final boolean colours;
  private final boolean unicode;
  private boolean barShown;

  Screen(PrintStream out, boolean terminal, boolean colours, boolean unicode) {
    this.out = out;
    this.terminal = terminal;
    this.colours = colours;
    this.unicode = unicode;
  }

  static Screen ofProcess() {
    Charset charset = Charset.forName(System.getProperty("native.encoding", "US-ASCII"));
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, charset);
    boolean terminal = isTerminal() && !"dumb".equals(System.getenv("TERM"));
    String noColour = System.getenv("NO_COLOR");
    boolean colours = terminal && (noColour == null || noColour.isEmpty());
    return new Screen(out, terminal, colours, charset.newEncoder().canEncode('█'));
  }

  @SuppressWarnings("SystemConsoleNull") // null before Java 22; since then the console can tell
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  void chapter(String title) {
    line(Tone.PLAIN, "");
    line(Tone.BOLD, title);
  }

  void line(Tone tone, String text) {
    clearBar();
    out.println(paint(tone, text));
  }

  void table(Table table) {
    table.lines(this::paint).forEach(line -> line(Tone.PLAIN, "  " + line));
  }

  /** Draws the progress of the replay; does nothing without a terminal. */
  void progress(double share, String where) {
    if (terminal) {
      int full = (int) Math.round(share * BAR);
      String done = (unicode ? "█" : "#").repeat(full);
      String ahead = (unicode ? "░" : ".").repeat(BAR - full);
      out.print("\r  " + where + "  " + paint(Tone.GOOD, done) + paint(Tone.DIM, ahead));
      out.flush();
      barShown = true;
    }
  }

  void clearBar() {
    if (barShown) {
      out.print("\r" + " ".repeat(BAR + 12) + "\r");
      barShown = false;
    }
  }

  private String paint(Tone tone, String text) {
    return colours && tone != Tone.PLAIN && !text.isEmpty() ? tone.code + text + "\033[0m" : text;
  }
}

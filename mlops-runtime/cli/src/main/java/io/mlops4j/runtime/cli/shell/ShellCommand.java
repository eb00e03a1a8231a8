package io.mlops4j.runtime.cli.shell;

import io.mlops4j.feature.ReadOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that prints an answer, and fails if the answer could not be written. */
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
public abstract class ShellCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** The exit code of a command that failed, or of a verification that found a break. */
  public static final int FAILED = 1;

  /** The exit code of a wrong command line. */
  public static final int USAGE = 2;

  /** The exit code of {@code drift} and {@code quality} when a column drifted or a check failed. */
  public static final int FOUND = 3;

  /** Called by the commands. */
  protected ShellCommand() {}

  /**
   * Runs the command.
   *
   * @param out takes the answer
   * @return the exit code
   * @throws IOException if a file cannot be read or written
   */
  protected abstract int answer(ConsoleOutput out) throws IOException;

  @Override
  public final Integer call() throws IOException {
    PrintWriter writer = spec.commandLine().getOut();
    int code = answer(new ConsoleOutput(writer, global().json()));
    if (writer.checkError()) {
      throw new IOException("the answer could not be written to standard output");
    }
    return code;
  }

  /** {@return the command as Picocli knows it} */
  protected CommandSpec spec() {
    return spec;
  }

  /** {@return the options that every command takes} */
  protected GlobalOptions global() {
    return (GlobalOptions) spec.root().userObject();
  }

  /**
   * Returns a bar for work that reports its progress.
   *
   * @param what the name of the work
   * @return a bar to close
   */
  protected ProgressBar bar(String what) {
    return new ProgressBar(
        spec.commandLine().getErr(),
        what,
        global().progress(),
        global().terminal(),
        System::nanoTime);
  }

  /**
   * Shows the progress of reading on a bar, if progress is shown at all.
   *
   * @param options the options to add it to
   * @param bar the bar
   * @param side a word before the rows; may be empty
   * @return the options
   */
  protected ReadOptions.Builder watched(ReadOptions.Builder options, ProgressBar bar, String side) {
    return global().progress()
        ? options.onProgress(now -> bar.show(side + now.text(), false))
        : options;
  }

  /**
   * Runs work that reports no progress, and shows the seconds that it takes.
   *
   * @param <T> the result
   * @param what the name of the work
   * @param work the work
   * @return its result
   * @throws IOException if the work throws it
   */
  protected <T> T ticking(String what, LongWork<T> work) throws IOException {
    ProgressTicker ticker = ProgressTicker.start(bar(what), global().progress());
    try {
      return work.get();
    } finally {
      ticker.close();
    }
  }

  /**
   * Work that takes a while.
   *
   * @param <T> the result
   */
  @FunctionalInterface
  protected interface LongWork<T> {
    /**
     * Does the work.
     *
     * @return its result
     * @throws IOException if a file cannot be read or written
     */
    T get() throws IOException;
  }

  /**
   * Prints a line to standard error.
   *
   * @param message the line
   */
  public void note(String message) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("mlops4j: " + ConsoleOutput.clean(message));
    err.flush();
  }

  /**
   * Returns an exception for a wrong command line.
   *
   * @param message what is wrong and what to do
   * @return the exception, to throw
   */
  protected ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}

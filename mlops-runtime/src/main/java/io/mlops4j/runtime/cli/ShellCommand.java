package io.mlops4j.runtime.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** One command: answers, and fails when the answer was not read. */
abstract class ShellCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec
  private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @ParentCommand
  private Commands commands;

  /** Answers, and gives the exit code. */
  abstract int answer(Output out) throws IOException;

  @Override
  public final Integer call() throws IOException {
    PrintWriter writer = spec.commandLine().getOut();
    int code = answer(new Output(writer, commands.shared.json));
    if (writer.checkError()) {
      throw new IOException("standard output took not all of the answer");
    }
    return code;
  }

  /** The command as Picocli knows it. */
  CommandSpec spec() {
    return spec;
  }

  /** What every command takes. */
  Shared shared() {
    return commands.shared;
  }

  /** Shows how far work is that tells it. */
  ProgressBar bar(String what) {
    return new ProgressBar(
        spec.commandLine().getErr(),
        what,
        shared().progress(),
        shared().terminal,
        System::nanoTime);
  }

  /** Shows for how long work goes on that tells nothing. */
  <T> T ticking(String what, Work<T> work) throws IOException {
    Ticker ticker = Ticker.start(bar(what), shared().progress());
    try {
      return work.get();
    } finally {
      ticker.close();
    }
  }

  /** What takes a while. */
  @FunctionalInterface
  interface Work<T> {
    T get() throws IOException;
  }

  /** Tells people what does not belong into the answer. */
  void note(String message) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("mlops4j: " + Output.clean(message));
    err.flush();
  }

  /** For the mistakes that only a command sees. */
  ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}

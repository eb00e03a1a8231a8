package io.mlops4j.bench.conformance;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has cases judged in another process, and goes on in a further one when a case has ended it: what
 * kills a JVM is a result like any other.
 */
final class Workers implements AutoCloseable {
  private final List<String> command;
  private @Nullable WorkerProcess process;

  /**
   * @param command starts a process that does what {@link Worker} does
   */
  Workers(List<String> command) {
    this.command = List.copyOf(command);
  }

  /** Workers in a JVM as this one. */
  static Workers in(Path folder) {
    return new Workers(
        java("io.mlops4j.bench.Bench", "conformance", Worker.OPTION, folder.toString()));
  }

  /** The class path is not in the command, see {@link WorkerProcess}. */
  static List<String> java(String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-XX:+SuppressFatalErrorMessage"); // the exit code tells
    command.add(main);
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * Judges one case.
   *
   * @throws IOException if no process can be started
   */
  Verdict judge(TestCase test) throws IOException {
    WorkerProcess.Reply reply = ask(test.name());
    if (reply.verdict() == null && !reply.rawAnswered()) {
      reply = ask(test.name() + Worker.WITHOUT_RAW + "it " + reply.ending());
    }
    Verdict verdict = reply.verdict();
    return verdict != null
        ? verdict
        : new Verdict(
            test.name(), CaseOutcome.FAILED, reply.rawPassed(), "the library " + reply.ending());
  }

  private WorkerProcess.Reply ask(String line) throws IOException {
    WorkerProcess asked =
        process == null || !process.isAlive() ? WorkerProcess.start(command) : process;
    process = asked;
    WorkerProcess.Reply reply = asked.ask(line);
    if (reply.verdict() == null) {
      process = null;
    }
    return reply;
  }

  /**
   * Ends the process.
   *
   * @throws IllegalStateException if it says that the library keeps memory
   */
  @Override
  public void close() throws IOException {
    if (process != null) {
      process.close();
    }
  }
}

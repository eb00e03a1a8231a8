package io.mlops4j.bench.conformance;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A process with a {@link Worker}, and what it has said beside its answers. */
final class WorkerProcess implements AutoCloseable {
  private final Process process;
  private final BufferedWriter in;
  private final BufferedReader out;
  private String said = "";

  private WorkerProcess(Process process) {
    this.process = process;
    this.in = process.outputWriter(StandardCharsets.UTF_8);
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts one and waits until it is ready. */
  static WorkerProcess start(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // ONNX Runtime 1.29 does not survive a long command line, as a class path would make it.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    WorkerProcess worker = new WorkerProcess(builder.start());
    String line = worker.out.readLine();
    while (line != null && !line.equals(Worker.READY)) {
      worker.said = line;
      line = worker.out.readLine();
    }
    if (line == null) {
      throw new IOException("a process to run the cases in " + worker.ending());
    }
    return worker;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * @param verdict null if the process ended before
   * @param rawAnswered whether raw was through with it
   * @param ending how the process ended, if it did
   */
  record Reply(@Nullable Verdict verdict, boolean rawAnswered, boolean rawPassed, String ending) {}

  /** Asks for a verdict. */
  Reply ask(String line) throws IOException {
    said = "";
    in.write(line);
    in.newLine();
    in.flush();
    boolean rawAnswered = false;
    boolean rawPassed = false;
    for (String reply = out.readLine(); reply != null; reply = out.readLine()) {
      if (reply.startsWith(Worker.VERDICT)) {
        Verdict verdict = Verdict.parse(reply.substring(Worker.VERDICT.length()));
        return new Reply(verdict, true, verdict.rawPassed(), "");
      }
      if (reply.startsWith(Worker.RAW)) {
        rawAnswered = true;
        rawPassed = Boolean.parseBoolean(reply.substring(Worker.RAW.length()));
      } else {
        said = reply;
      }
    }
    return new Reply(null, rawAnswered, rawPassed, ending());
  }

  private String ending() {
    int exit = process.onExit().join().exitValue();
    return exit == Worker.TOO_LONG
        ? "did not end within " + Worker.LIMIT.toMinutes() + " minutes"
        : "ended the process with exit code " + exit + (said.isEmpty() ? "" : ": " + said);
  }

  /**
   * Ends it.
   *
   * @throws IllegalStateException if the library has not given back what it took
   */
  @Override
  public void close() throws IOException {
    in.close();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said = line;
    }
    if (process.onExit().join().exitValue() != 0) {
      throw new IllegalStateException("after the last case the library " + ending());
    }
  }
}

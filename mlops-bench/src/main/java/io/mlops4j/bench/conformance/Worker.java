package io.mlops4j.bench.conformance;

import io.mlops4j.bench.conformance.Answer.None;
import io.mlops4j.runtime.ModelRuntime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Judges cases in this process, which may not survive one; {@link Workers} asks it line by line and
 * is told how far it came.
 */
final class Worker implements AutoCloseable {
  /** Starts one instead of a whole run. */
  static final String OPTION = "--in-this-process";

  /** Is said once. */
  static final String READY = "ready";

  /** Is said when raw has answered, with whether as expected. */
  static final String RAW = "raw\t";

  /** Is said of every case, last. */
  static final String VERDICT = "verdict\t";

  /** Stands between a case and why raw is not to be asked. */
  static final String WITHOUT_RAW = "\t";

  static final int TOO_LONG = 124;
  static final Duration LIMIT = Duration.ofMinutes(2);

  private final Path folder;
  private final PrintStream out;

  /** What it lends must be back when it closes. */
  private final ModelRuntime runtime = ModelRuntime.builder().threads(1).strict().open();

  private final RawSide raw = new RawSide();
  private final Judge judge;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "conformance-limit");
            thread.setDaemon(true);
            return thread;
          });

  Worker(Path folder, PrintStream out) {
    this.folder = folder;
    this.out = out;
    this.judge =
        new Judge(
            raw, Stream.of(Columns.Form.values()).map(form -> new OurSide(runtime, form)).toList());
  }

  /** Until there are no more lines. */
  void serve(BufferedReader in) throws IOException {
    say(READY);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      List<String> words = List.of(line.split(WITHOUT_RAW, 2));
      Future<?> limit =
          watch.schedule(
              () -> Runtime.getRuntime().halt(TOO_LONG), LIMIT.toSeconds(), TimeUnit.SECONDS);
      say(VERDICT + judge(words).format());
      limit.cancel(false);
    }
  }

  private Verdict judge(List<String> words) {
    TestCase test = TestCase.in(folder, words.get(0));
    Answer theirs = words.size() > 1 ? new None(words.get(1), true) : judge.askRaw(test);
    String surprise = Judge.surprise(theirs, test);
    say(RAW + surprise.isEmpty());
    return judge.judge(test, theirs, surprise);
  }

  private void say(String line) {
    out.println(line);
  }

  @Override
  public void close() {
    watch.shutdown();
    raw.close();
    runtime.close();
  }
}

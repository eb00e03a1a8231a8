package io.mlops4j.bench.soak.deployment;

import io.mlops4j.bench.soak.part.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A process of {@link FaultsMain}, and what it has told so far. */
final class FaultsService implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofHours(2);

  private final Child child = new Child();
  private final Path end = child.folder().resolve("end");
  private final Thread process;
  private final Consumer<String> say;
  private volatile long pid;
  private volatile int serving;
  private volatile long answered;
  private volatile long failed;
  private volatile boolean copied;
  private volatile boolean closed;
  private volatile boolean killed;
  private volatile Child.@Nullable End ended;

  FaultsService(int port, Path lastGood, long seed, Consumer<String> say) throws IOException {
    this.say = say;
    this.process =
        new Thread(
            () -> {
              try {
                List<String> arguments =
                    List.of(Integer.toString(port), lastGood + "", end + "", Long.toString(seed));
                child.flags("-Xmx256m", "-XX:TieredStopAtLevel=1");
                Child.End end = child.run(FaultsMain.class, arguments, LIMIT, this::hear);
                ended = end;
                if (!closed && !killed) {
                  say.accept("the service ended: " + end);
                }
              } catch (IOException e) {
                say.accept("the service did not run: " + e);
              }
            },
            "service");
    process.start();
  }

  private void hear(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "pid" -> pid = Long.parseLong(words[1]);
      case "serves" -> serving = Integer.parseInt(words[1]);
      case "calls" -> {
        answered = Long.parseLong(words[1]);
        failed = Long.parseLong(words[2]);
        copied = Boolean.parseBoolean(words[3]);
      }
      case "closed" -> closed = true;
      default -> say.accept(line);
    }
  }

  /** The version that answered last; zero before the first answer. */
  int serving() {
    return serving;
  }

  long answered() {
    return answered;
  }

  long failed() {
    return failed;
  }

  /** Whether it has a copy of a version, which a restart without the registry needs. */
  boolean copied() {
    return copied;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL. */
  void kill() throws IOException {
    killed = true;
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    join();
    child.close();
  }

  /** Lets it close, and returns whether it did. */
  boolean ends() throws IOException {
    Files.createFile(end);
    join();
    if (!closed) {
      say.accept("the service did not close: " + ended);
    }
    return closed;
  }

  private void join() {
    try {
      process.join(30_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      kill();
    }
    child.close();
  }
}

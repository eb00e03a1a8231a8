package io.mlops4j.bench.soak.part;

import io.mlops4j.bench.files.Folders;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A JVM that may die, with a folder for its temporary files that is deleted when it has ended,
 * however that was. It tells what it has found by {@link #tell}.
 */
public final class Child implements AutoCloseable {
  private static final String MARK = "soak\t";

  private final Path folder;
  private final List<String> before = new ArrayList<>();
  private final List<String> flags = new ArrayList<>();

  public Child() throws IOException {
    folder = Files.createTempDirectory("mlops4j-soak");
    flags.add("-Djava.io.tmpdir=" + folder);
  }

  /** Where its temporary files are. */
  public Path folder() {
    return folder;
  }

  /** With further flags of the JVM. */
  public Child flags(String... more) {
    flags.addAll(List.of(more));
    return this;
  }

  /** With a command in front, which must run what follows it as the same process. */
  public Child behind(String... command) {
    before.addAll(List.of(command));
    return this;
  }

  /**
   * How it ended.
   *
   * @param exit its exit code
   * @param late whether it was ended because it took too long
   * @param said what it said last, beside what it told
   */
  public record End(int exit, boolean late, List<String> said) {
    @Override
    public String toString() {
      return (late ? "did not end in time" : "exit code " + exit)
          + (said.isEmpty() ? "" : ": " + String.join(" | ", said));
    }
  }

  /**
   * Runs a main method.
   *
   * @param limit how long it may take
   * @param told hears what it tells while it runs
   */
  public End run(Class<?> main, List<String> arguments, Duration limit, Consumer<String> told)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(main, arguments)).redirectErrorStream(true);
    // ONNX Runtime 1.29 does not survive a long command line, as a class path would make it.
    builder.environment().put("CLASSPATH", absoluteClassPath());
    // Each of glibc's arenas, of which many threads have many, takes 64 MiB of address space.
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    builder.environment().putIfAbsent("TF_CPP_MIN_LOG_LEVEL", "2");
    Process process = builder.start();
    AtomicBoolean late = new AtomicBoolean();
    CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              late.set(process.isAlive());
              // Process.destroyForcibly would close what is being read, which may then fail.
              process.toHandle().destroyForcibly();
            });
    List<String> said = new ArrayList<>();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith(MARK)) {
          told.accept(line.substring(MARK.length()));
        } else if (said.size() < 12 && !line.isBlank()) {
          said.add(line);
        }
      }
    }
    int exit = process.onExit().join().exitValue();
    return new End(exit, late.get(), List.copyOf(said));
  }

  private List<String> command(Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
    command.add("-XX:ErrorFile=/dev/null");
    command.add("-XX:-CreateCoredumpOnCrash");
    command.addAll(flags);
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }

  private static String absoluteClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .reduce((a, b) -> a + File.pathSeparator + b)
        .orElseThrow();
  }

  /** Tells the process that started this one. */
  public static void tell(String line) {
    String marked = MARK + line.replace('\n', ' ').replace('\r', ' ');
    synchronized (System.out) {
      System.out.println(marked);
      System.out.flush();
    }
  }

  @Override
  public void close() throws IOException {
    Folders.delete(folder);
  }
}

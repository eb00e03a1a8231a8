package io.mlops4j.runtime;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/**
 * Child processes that end after five minutes at the latest. A read of a child's output cannot be
 * interrupted, so otherwise a child that waits without end would hold up its test without end.
 */
public final class ChildProcess {
  private static final long MINUTES = 5;

  private ChildProcess() {}

  /**
   * Returns the command that runs a class in a JVM that starts quickly and needs little memory. The
   * class path of this JVM is in the environment: ONNX Runtime 1.29 does not survive a long command
   * line.
   *
   * @param flags further flags of the JVM
   */
  public static ProcessBuilder java(List<String> flags, Class<?> main, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
    command.addAll(flags);
    command.add(main.getName());
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    return classPath(new ProcessBuilder(command), System.getProperty("java.class.path"));
  }

  /** Gives the JVM of a command another class path. */
  public static ProcessBuilder classPath(ProcessBuilder builder, String classPath) {
    builder.environment().put("CLASSPATH", classPath);
    return builder;
  }

  /** Returns the class path of this JVM without files whose names start with one of these. */
  public static String classPathWithout(String... libraries) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(
            entry ->
                Arrays.stream(libraries)
                    .noneMatch(Path.of(entry).getFileName().toString()::startsWith))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Runs a command by another one, which gets it as its last arguments. */
  public static ProcessBuilder by(List<String> command, ProcessBuilder builder) {
    builder.command().addAll(0, command);
    return builder;
  }

  /** Starts a process; its output ends when it is killed. */
  public static Process start(ProcessBuilder builder) throws IOException {
    Process child = builder.start();
    child
        .onExit()
        .orTimeout(MINUTES, TimeUnit.MINUTES)
        .exceptionally(
            late -> {
              System.err.printf(
                  "killed after %d minutes: %s%n", MINUTES, String.join(" ", builder.command()));
              child.toHandle().destroyForcibly(); // what it printed before can still be read
              return child;
            });
    return child;
  }

  /** Waits for the end of a process, and returns what it printed. */
  public static String output(Process child) throws IOException, InterruptedException {
    String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    child.waitFor();
    return printed;
  }

  /** Limits the size of the files that this process writes from now on, as a full disk would. */
  public static void limitFiles(long bytes) throws IOException, InterruptedException {
    String pid = Long.toString(ProcessHandle.current().pid());
    ProcessBuilder limit =
        new ProcessBuilder("prlimit", "--pid", pid, "--fsize=" + bytes + ":" + bytes);
    if (limit.inheritIO().start().waitFor() != 0) {
      throw new IllegalStateException("prlimit failed");
    }
  }

  /** Skips a test, and says so, where no process can be given a limit for its files. */
  public static void requirePrlimit() {
    boolean there = Files.isExecutable(Path.of("/usr/bin/prlimit"));
    if (!there) {
      System.out.println("skipped: no prlimit here to limit the files of a process");
    }
    Assumptions.assumeTrue(there, "no prlimit");
  }
}

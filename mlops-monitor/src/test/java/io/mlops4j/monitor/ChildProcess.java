package io.mlops4j.monitor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Child processes that end after five minutes at the latest. A read of a child's output cannot be
 * interrupted, so otherwise a child that waits without end would hold up its test without end.
 */
public final class ChildProcess {
  private static final long MINUTES = 5;

  private ChildProcess() {}

  /**
   * Returns the command that runs a class in a JVM with the flags and the class path of this one.
   */
  public static ProcessBuilder java(Class<?> main, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--")) // newer JVMs warn without them
        .forEach(command::add);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", main.getName()));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder;
  }

  /** Lets the files of a process become no larger than some blocks of 512 bytes, as a full disk. */
  public static ProcessBuilder withFileLimit(int blocks, ProcessBuilder builder) {
    builder.command().addAll(0, List.of("sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh"));
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
}

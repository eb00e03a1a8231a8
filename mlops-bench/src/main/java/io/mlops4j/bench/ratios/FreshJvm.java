package io.mlops4j.bench.ratios;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Work that only the first in a process does. A main method does it and prints what it cost as its
 * last number; starting the JVM is not part of it.
 */
public final class FreshJvm implements Measured {
  private static final String NUMBER = "-?[0-9.]+(E-?[0-9]+)?";

  private final List<String> command;
  private final String classPath;

  /**
   * Starts nothing yet.
   *
   * @param main what to run
   * @param flags further flags of its JVM
   * @param arguments of the main method
   */
  public FreshJvm(Class<?> main, List<String> flags, List<String> arguments) {
    this(main, flags, arguments, System.getProperty("java.class.path"));
  }

  /**
   * Starts nothing yet.
   *
   * @param main what to run
   * @param flags further flags of its JVM
   * @param arguments of the main method
   * @param classPath its class path, which is not part of the command line
   */
  public FreshJvm(Class<?> main, List<String> flags, List<String> arguments, String classPath) {
    this.command = command(flags);
    command.add(main.getName());
    command.addAll(arguments);
    this.classPath = classPath;
  }

  /**
   * Another JVM like this one with another main class. ONNX Runtime 1.29 does not survive a long
   * command line, as a class path would make it.
   */
  static ProcessBuilder process(String main, List<String> flags, List<String> arguments) {
    List<String> command = command(flags);
    command.add(main);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder;
  }

  private static List<String> command(List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(flags);
    return command;
  }

  @Override
  public double measure() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CLASSPATH", classPath);
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IllegalStateException("exit code " + exit + " of " + command);
    }
    return printed
        .lines()
        .filter(line -> line.matches(NUMBER)) // the JVM may print after it
        .reduce((before, line) -> line)
        .map(Double::parseDouble)
        .orElseThrow(() -> new IllegalStateException("found no number in " + printed));
  }

  @Override
  public void close() {}
}

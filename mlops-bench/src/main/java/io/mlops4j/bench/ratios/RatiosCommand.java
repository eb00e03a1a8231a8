package io.mlops4j.bench.ratios;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Prints {@code RATIO <name> <value> <goal> ok|short p10..p90} for each comparison. Each runs in a
 * process of its own, so that neither the order of the comparisons nor what the compiler learned in
 * the one before counts.
 */
@Command(
    name = "ratios",
    description = {
      "Short comparisons with named peers, both sides interleaved in one run.",
      "Prints RATIO <name> <value> <goal> ok|short <p10>..<p90>: time of ours over time of the peer's."
    },
    mixinStandardHelpOptions = true)
public final class RatiosCommand implements Callable<Integer> {
  private final List<Topic> topics;

  @Parameters(arity = "0..*", paramLabel = "PREFIX", description = "Names to run; all if none.")
  private List<String> prefixes = new ArrayList<>();

  @Option(names = "--in-this-process", hidden = true)
  private boolean inThisProcess;

  public RatiosCommand(Topic... topics) {
    this.topics = List.of(topics);
  }

  @Override
  public Integer call() throws Exception {
    List<Comparison> chosen =
        topics.stream()
            .flatMap(topic -> topic.comparisons().stream())
            .filter(this::chosen)
            .toList();
    if (chosen.isEmpty()) {
      System.err.println("no comparison begins with " + prefixes + "; there are:");
      topics.forEach(t -> t.comparisons().forEach(c -> System.err.println("  " + c.name())));
      return 2;
    }
    for (Comparison comparison : chosen) {
      if (inThisProcess) {
        System.out.println(new Pairs().compare(comparison).line(comparison));
      } else if (fork(comparison) != 0) {
        return 1;
      }
    }
    return 0;
  }

  private boolean chosen(Comparison comparison) {
    return prefixes.isEmpty() || prefixes.stream().anyMatch(comparison.name()::startsWith);
  }

  private static int fork(Comparison comparison) throws Exception {
    System.out.println("# " + comparison.work());
    System.out.println("# against " + comparison.peer());
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of(
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-Xms1g",
            "-Xmx1g",
            "-cp",
            System.getProperty("java.class.path"),
            "io.mlops4j.bench.Bench",
            "ratios",
            "--in-this-process",
            comparison.name()));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("OPT_OUT_TRACKING", "true"); // DJL must not call home
    return builder.start().waitFor();
  }
}

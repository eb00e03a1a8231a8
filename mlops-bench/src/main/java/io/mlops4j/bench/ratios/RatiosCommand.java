package io.mlops4j.bench.ratios;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Prints {@code RATIO <name> <value> <goal> ok|short p10..p90} for each comparison. Each runs in a
 * process of its own, so that neither the order of the comparisons nor what the compiler learned in
 * the one before counts.
 */
@Command(
    name = "ratios",
    description = {
      "Short comparisons with named peers, both sides interleaved in one run.",
      "Prints RATIO <name> <value> <goal> ok|short <p10>..<p90>: time of ours over time of the"
          + " peer's,",
      "  or, with a goal of >=, throughput of ours over that of the peer,",
      "and    GARBAGE <name> <bytes> <goal> ok|short peer <bytes>: what a call allocates on the"
          + " heap."
    },
    mixinStandardHelpOptions = true)
public final class RatiosCommand implements Callable<Integer> {
  private final List<Topic> topics;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec
  private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "PREFIX", description = "Names to run; all if none.")
  private List<String> prefixes = new ArrayList<>();

  @Option(names = "--quick", description = "A rough look: fewer and shorter samples.")
  private boolean quick;

  @Option(names = "--list", description = "Prints the names and what they compare, runs nothing.")
  private boolean list;

  @Option(
      names = "--calls",
      description =
          "How this library calls ONNX Runtime in the lines of engines, serving and live: JNI, or"
              + " FOREIGN on Java 22 and later. The library decides if it is not set.")
  private @Nullable NativeCalls calls;

  @Option(names = "--in-this-process", hidden = true)
  private boolean inThisProcess;

  /** With the topics that it knows. */
  public RatiosCommand(Topic... topics) {
    this.topics = List.of(topics);
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    List<Comparison> chosen =
        topics.stream()
            .flatMap(topic -> topic.comparisons().stream())
            .filter(this::chosen)
            .toList();
    if (chosen.isEmpty()) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("no comparison begins with " + prefixes + "; there are:");
      topics.forEach(t -> t.comparisons().forEach(c -> err.println("  " + c.name())));
      err.flush();
      return 2;
    }
    if (calls != null && !calls.isPossible()) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("--calls: found " + calls + " on Java " + Runtime.version() + ", expected JNI");
      err.flush();
      return 2;
    }
    int failed = 0;
    for (Comparison comparison : chosen) {
      failed += run(comparison, out);
      out.flush();
    }
    return failed == 0 ? 0 : 1;
  }

  private boolean chosen(Comparison comparison) {
    return prefixes.isEmpty()
        || prefixes.stream()
            .anyMatch(inThisProcess ? comparison.name()::equals : comparison.name()::startsWith);
  }

  /** 1 if it could not be run. */
  private int run(Comparison comparison, PrintWriter out) throws Exception {
    if (inThisProcess) {
      runHere(comparison, out);
      return 0;
    }
    out.println("# " + comparison.work());
    out.println("# against " + comparison.peer());
    if (calls != null) {
      out.println("# ONNX Runtime is called through " + calls);
    }
    out.flush();
    if (list) {
      out.println(comparison.name());
      return 0;
    }
    int exit = fork(comparison);
    if (exit != 0) {
      out.println("# " + comparison.name() + " did not run: exit code " + exit);
    }
    return exit == 0 ? 0 : 1;
  }

  private void runHere(Comparison comparison, PrintWriter out) throws Exception {
    Pairs.Found found;
    try {
      found = new Pairs(quick ? Effort.QUICK : Effort.FULL, System.err).compare(comparison);
    } catch (LeftOutException e) {
      out.println("# " + comparison.name() + " is left out: " + e.getMessage());
      return;
    }
    out.println(found.ratio().line(comparison));
    if (!Double.isNaN(found.garbage().ours())) {
      out.println(found.garbage().line(comparison));
    }
  }

  private int fork(Comparison comparison) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("ratios", "--in-this-process"));
    if (quick) {
      arguments.add("--quick");
    }
    arguments.add(comparison.name());
    List<String> flags =
        new ArrayList<>(List.of("--add-opens=java.base/java.nio=ALL-UNNAMED", "-Xms1g", "-Xmx1g"));
    if (calls != null) {
      flags.add(calls.flag());
    }
    ProcessBuilder builder =
        FreshJvm.process("io.mlops4j.bench.Bench", flags, arguments).inheritIO();
    builder.environment().put("OPT_OUT_TRACKING", "true"); // DJL must not call home
    builder.environment().putIfAbsent("TF_CPP_MIN_LOG_LEVEL", "2"); // TensorFlow is to be quiet
    return builder.start().waitFor();
  }
}

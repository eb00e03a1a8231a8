package io.mlops4j.bench.truth;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code truth [--quick] [PREFIX...]}: one line per rule and data. */
@Command(
    name = "truth",
    description = {
      "Counts how often statistical rules raise an alarm where nothing differs (.false) and where"
          + " something does (.power); and what a monitor of a live model finds (live).",
      "Prints TRUTH <name> <measured> <stated> ok|short: short where a rule alarms more often than"
          + " it says, by more than three standard deviations of the count. Exit code 1 if any is."
    },
    mixinStandardHelpOptions = true)
public final class TruthCommand implements Callable<Integer> {
  private static final long SEED = 20261126;

  private final List<Inquiry> inquiries;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec
  private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "PREFIX", description = "Names to run; all if none.")
  private List<String> prefixes = new ArrayList<>();

  @Option(names = "--quick", description = "A rough look: a fiftieth of the repetitions or less.")
  private boolean quick;

  @Option(names = "--list", description = "Prints the names, runs nothing.")
  private boolean list;

  @Option(names = "--seed", description = "Of all that is random; ${DEFAULT-VALUE} if not given.")
  private long seed = SEED;

  /**
   * With the studies of statistics and more.
   *
   * @param more in the order in which they are to run
   */
  public static TruthCommand with(List<? extends Inquiry> more) {
    List<Inquiry> all = new ArrayList<>(StatsStudies.all());
    all.addAll(more);
    return new TruthCommand(all);
  }

  /** With these alone. */
  TruthCommand(List<? extends Inquiry> inquiries) {
    this.inquiries = List.copyOf(inquiries);
  }

  @Override
  public Integer call() throws Exception {
    List<Inquiry> chosen = new ArrayList<>();
    for (Inquiry inquiry : inquiries) {
      if (inquiry.names().stream().anyMatch(this::chosen)) {
        chosen.add(inquiry.only(prefixes));
      }
    }
    if (chosen.isEmpty()) {
      say("no line begins with " + prefixes + "; see --list");
      return 2;
    }
    boolean ok = true;
    for (Inquiry inquiry : chosen) {
      ok &= list ? names(inquiry) : run(inquiry);
    }
    return ok ? 0 : 1;
  }

  private boolean chosen(String name) {
    return prefixes.isEmpty() || prefixes.stream().anyMatch(name::startsWith);
  }

  private boolean names(Inquiry inquiry) {
    inquiry.names().stream().filter(this::chosen).forEach(this::print);
    return true;
  }

  private boolean run(Inquiry inquiry) throws Exception {
    long begin = System.nanoTime();
    List<Line> lines =
        inquiry.run(new Inquiry.Look(seed, quick, text -> say("# " + text))).stream()
            .filter(line -> chosen(line.name()))
            .toList();
    lines.forEach(line -> print(line.text()));
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    say("# " + inquiry.name() + ": " + took.toSeconds() + " s");
    return lines.stream().allMatch(Line::ok);
  }

  private void print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private void say(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}

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
          + " something does (.power).",
      "Prints TRUTH <name> <measured> <stated> ok|short: short where a rule alarms more often than"
          + " it says, by more than three standard deviations of the count. Exit code 1 if any is."
    },
    mixinStandardHelpOptions = true)
public final class TruthCommand implements Callable<Integer> {
  private static final long SEED = 20261126;

  /** Divides the repetitions of a look. */
  private static final int QUICK = 50;

  private final List<Study<?>> studies;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec
  private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "PREFIX", description = "Names to run; all if none.")
  private List<String> prefixes = new ArrayList<>();

  @Option(names = "--quick", description = "A look: a fiftieth of the repetitions.")
  private boolean quick;

  @Option(names = "--list", description = "Prints the names, runs nothing.")
  private boolean list;

  @Option(names = "--seed", description = "Of all that is random; ${DEFAULT-VALUE} if not given.")
  private long seed = SEED;

  /** With all studies. */
  public TruthCommand() {
    this(StatsStudies.all());
  }

  /** With others. */
  TruthCommand(List<Study<?>> studies) {
    this.studies = List.copyOf(studies);
  }

  @Override
  public Integer call() {
    List<Study<?>> chosen = new ArrayList<>();
    for (Study<?> study : studies) {
      Study<?> part = study.only(prefixes);
      if (!part.rules().isEmpty()) {
        chosen.add(part);
      }
    }
    if (chosen.isEmpty()) {
      say("no line begins with " + prefixes + "; see --list");
      return 2;
    }
    boolean ok = true;
    for (Study<?> study : chosen) {
      ok &= list ? names(study) : run(study);
    }
    return ok ? 0 : 1;
  }

  private <D> boolean names(Study<D> study) {
    study.rules().forEach(rule -> print(study.name(rule)));
    return true;
  }

  private boolean run(Study<?> study) {
    int times = quick ? Math.max(1, study.repetitions() / QUICK) : study.repetitions();
    say("# " + study.name() + ": " + times + " times, seed " + seed);
    long begin = System.nanoTime();
    List<Truth> truths = study.repeated(times).run(seed);
    truths.forEach(truth -> print(truth.line()));
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    say("# " + study.name() + ": " + took.toSeconds() + " s");
    return truths.stream().allMatch(Truth::ok);
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

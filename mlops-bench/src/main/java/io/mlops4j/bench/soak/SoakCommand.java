package io.mlops4j.bench.soak;

import io.mlops4j.bench.soak.deployment.Canaries;
import io.mlops4j.bench.soak.deployment.Faults;
import io.mlops4j.bench.soak.deployment.Swap;
import io.mlops4j.bench.soak.engine.Container;
import io.mlops4j.bench.soak.engine.CrashTable;
import io.mlops4j.bench.soak.engine.Flat;
import io.mlops4j.bench.soak.engine.Mixed;
import io.mlops4j.bench.soak.exit.Exit;
import io.mlops4j.bench.soak.exit.Shutdown;
import io.mlops4j.bench.soak.hostile.Mutants;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import io.mlops4j.bench.soak.scale.EngineKills;
import io.mlops4j.bench.soak.scale.MaterialisingKills;
import io.mlops4j.bench.soak.scale.ProfileMemory;
import io.mlops4j.bench.soak.scale.ScoringKills;
import io.mlops4j.bench.soak.scale.ScoringMemory;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code soak [--quick] [PREFIX...]}: one line per figure, exit code 1 if one is above its bound.
 */
@Command(
    name = "soak",
    description = {
      "Ill-treats the library, each part in processes of its own.",
      "Prints SOAK <name> <figure> <bound> ok|short; how it goes on, what went wrong and what was"
          + " skipped on standard error. Exit code 1 if anything is short."
    },
    mixinStandardHelpOptions = true)
public final class SoakCommand implements Callable<Integer> {
  private static final long SEED = 20261125;

  private final List<Part> parts;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec
  private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "PREFIX", description = "Names to run; all if none.")
  private List<String> prefixes = new ArrayList<>();

  @Option(names = "--quick", description = "A look: small counts.")
  private boolean quick;

  @Option(names = "--tiny", hidden = true, description = "As the tests of the build do it.")
  private boolean tiny;

  @Option(names = "--list", description = "Prints the names and what they do, runs nothing.")
  private boolean list;

  @Option(names = "--seed", description = "Of all that is random; ${DEFAULT-VALUE} if not given.")
  private long seed = SEED;

  /** With all parts. */
  public SoakCommand() {
    this(
        List.of(
            new CrashTable(),
            new Mixed(),
            new Flat(Flat.Work.CYCLES),
            new Flat(Flat.Work.TENSORFLOW),
            new Flat(Flat.Work.RAGGED),
            new Mutants(),
            Mutants.operators(),
            Mutants.attributes(),
            new Exit(),
            new Shutdown(),
            new Container(),
            new Swap(),
            new Faults(),
            new Canaries(),
            ScoringKills.arrow(),
            ScoringKills.parquet(),
            ScoringKills.csv(),
            EngineKills.spark(),
            EngineKills.flink(),
            ScoringMemory.arrow(),
            ScoringMemory.parquet(),
            ScoringMemory.csv(),
            new ProfileMemory(),
            new MaterialisingKills()));
  }

  /** With others. */
  SoakCommand(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  @Override
  public Integer call() throws IOException {
    List<Part> chosen = parts.stream().filter(this::isChosen).toList();
    if (chosen.isEmpty()) {
      say("no part begins with " + prefixes + "; there are:");
      parts.forEach(part -> say("  " + part.name()));
      return 2;
    }
    boolean ok = true;
    for (Part part : chosen) {
      ok &= run(part);
    }
    return ok ? 0 : 1;
  }

  private boolean isChosen(Part part) {
    return prefixes.isEmpty() || prefixes.stream().anyMatch(part.name()::startsWith);
  }

  private boolean run(Part part) throws IOException {
    if (list) {
      print(part.name() + " " + part.what());
      return true;
    }
    Size size = tiny ? Size.TINY : quick ? Size.QUICK : Size.FULL;
    say("# " + part.name() + ": " + part.what() + " (seed " + seed + ")");
    boolean ok = true;
    for (Finding finding : part.run(size, seed, line -> say("# " + part.name() + ": " + line))) {
      print(finding.line());
      ok &= finding.ok();
    }
    return ok;
  }

  private void print(String line) {
    print(spec.commandLine().getOut(), line);
  }

  private void say(String line) {
    print(spec.commandLine().getErr(), line);
  }

  private static void print(PrintWriter writer, String line) {
    writer.println(line);
    writer.flush();
  }
}

package io.mlops4j.bench.crash;

import io.mlops4j.bench.files.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code crash [N]}: what a registry in a folder loses when processes die or the power fails. */
@Command(
    name = "crash",
    description = {
      "Kills N processes (SIGKILL) while they publish, assign, delete and collect, two at a time on"
          + " one registry, and lets the power of a disk fail N times that forgets what was not"
          + " forced to it. Compares what is there then with what was acknowledged.",
      "Prints CRASH-UNSYNCED runs N acknowledged A lost L torn T, and last CRASH with the same."
          + " Exit code 1 if anything is lost or torn."
    },
    mixinStandardHelpOptions = true)
public final class CrashCommand implements Callable<Integer> {
  /** Absolute: a jar has no entry for a name with ".." in it. */
  private static final String MODEL = "/io/mlops4j/bench/models/first.onnx";

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many times; ${DEFAULT-VALUE} if not given.")
  private int runs;

  @Option(names = "--seed", description = "Of all that is random; another one each time if none.")
  private long seed = System.nanoTime();

  /** As Picocli makes it. */
  public CrashCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    print("seed " + seed);
    Path folder = Files.createTempDirectory("mlops4j-crash");
    try {
      Path model = model(folder);
      CrashCounts unsynced = new PowerLosses(folder, model, new Random(seed), true).run(runs);
      tell("CRASH-UNSYNCED", unsynced);
      CrashCounts killed = new Kills(folder, model, new Random(seed)).run(runs);
      tell("CRASH", killed);
      return unsynced.isClean() && killed.isClean() ? 0 : 1;
    } finally {
      Folders.delete(folder);
    }
  }

  /** A small ONNX model. */
  static Path model(Path folder) throws IOException {
    try (InputStream in = CrashCommand.class.getResourceAsStream(MODEL)) {
      return Files.write(
          folder.resolve("first.onnx"), Objects.requireNonNull(in, MODEL).readAllBytes());
    }
  }

  private void tell(String what, CrashCounts tally) {
    some("lost", tally.lost());
    some("torn", tally.torn());
    print(what + " " + tally);
  }

  private void some(String what, Set<String> all) {
    all.stream().limit(10).forEach(one -> print(what + ": " + one));
  }

  private void print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}

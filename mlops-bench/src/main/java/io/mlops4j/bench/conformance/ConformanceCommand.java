package io.mlops4j.bench.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code conformance DIR}: one line per case that is not simply passed, then the counts. */
@Command(
    name = "conformance",
    description = {
      "Compares this library with raw ONNX Runtime on the ONNX project's tests.",
      "Runs its backend tests by ONNX Runtime's Java API (raw) and by this library, and"
          + " compares the answers bit by bit. A case is a folder with model.onnx and"
          + " test_data_set_*/input_*.pb and output_*.pb; Debian has them in the package"
          + " libonnx-testdata.",
      "Prints CONFORMANCE <case> passed|failed|refused <remark> where there is something"
          + " to remark:",
      "  passed   the bits are raw's; or raw cannot run it, and the values are",
      "           the expected ones",
      "  failed   raw answers, and the library does not or otherwise; or it ends",
      "           without an exception of its own",
      "  refused  neither can, and the library says why by an exception of its own",
      "Raw gets uint16, uint32 and uint64, which Java cannot make, from a model of one"
          + " Cast, but no sequences, maps and optional values, and nothing without a Java"
          + " type, as float8 and int4. The library is asked by tensors of fixed and of"
          + " variable shape, and row by row. Cases run in a process of their own; one that"
          + " ends it is a line like any other.",
      "The last line is CONFORMANCE passed P failed F refused R raw-passed Q, where Q"
          + " counts the cases of which raw gives the expected values within ONNX's"
          + " tolerance. Exit code 1 if F > 0."
    },
    mixinStandardHelpOptions = true)
public final class ConformanceCommand implements Callable<Integer> {
  private static final int PROGRESS = 100;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec
  private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "DIR", description = "Folder with cases, at any depth.")
  private Path folder;

  @Option(names = Worker.OPTION, hidden = true)
  private boolean inThisProcess;

  private final Function<Path, Workers> workers;

  /** Cases are run in processes of their own. */
  public ConformanceCommand() {
    this(Workers::in);
  }

  /** With others to judge. */
  ConformanceCommand(Function<Path, Workers> workers) {
    this.workers = workers;
  }

  @Override
  public Integer call() throws IOException {
    if (inThisProcess) {
      work();
      return 0;
    }
    List<TestCase> cases = cases();
    VerdictCounts tally = new VerdictCounts();
    try (Workers judges = workers.apply(folder)) {
      for (TestCase test : cases) {
        Verdict verdict = judges.judge(test);
        tally.add(verdict);
        if (!verdict.isPlain()) {
          print(spec.commandLine().getOut(), "CONFORMANCE " + verdict.line());
        }
        if (tally.all() % PROGRESS == 0) {
          print(spec.commandLine().getErr(), "# " + tally.all() + " of " + cases.size());
        }
      }
      print(spec.commandLine().getOut(), tally.toString());
    }
    return tally.of(CaseOutcome.FAILED) == 0 ? 0 : 1;
  }

  private static void print(PrintWriter writer, String line) {
    writer.println(line);
    writer.flush();
  }

  private List<TestCase> cases() throws IOException {
    List<TestCase> cases = Files.isDirectory(folder) ? TestCase.below(folder) : List.of();
    if (cases.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          folder
              + ": found no model.onnx at any depth, expected a folder of the ONNX project's backend"
              + " tests");
    }
    return cases;
  }

  private void work() throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (Worker worker = new Worker(folder, out)) {
      worker.serve(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    }
  }
}

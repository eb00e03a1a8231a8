package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code golden DIR}: one line per expected value of the JSON files in a folder, then the counts.
 */
@Command(
    name = "golden",
    description = {
      "Recomputes expected values of NumPy, SciPy and scikit-learn with this library.",
      "Prints: GOLDEN <file> <case> <json.path> <got> <expected> ok|off|ours|absent",
      "  ok      agrees: statistics to 1e-9, p-values to 1e-6 of their size (or to 1e-12)",
      "  off     does not agree",
      "  ours    the expected value is undefined, the library answers by its stated rule",
      "  absent  the library does not offer it",
      "The last line counts. Exit code 1 when anything is off."
    },
    mixinStandardHelpOptions = true)
public final class GoldenCommand implements Callable<Integer> {
  private static final JsonMapper JSON = new JsonMapper();

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec
  private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "DIR", description = "Folder with JSON files of expected values.")
  private Path folder;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Map<GoldenOutcome, Integer> counts = new EnumMap<>(GoldenOutcome.class);
    for (Path file : jsonFiles()) {
      String name = file.getFileName().toString();
      JsonNode document = JSON.readTree(file.toFile());
      GoldenDocument.cases(document).stream()
          .flatMap(GoldenCase::compare)
          .forEach(
              line -> {
                out.println("GOLDEN " + name + " " + line);
                counts.merge(line.outcome(), 1, Integer::sum);
              });
    }
    out.println(summary(counts));
    out.flush();
    return counts.containsKey(GoldenOutcome.OFF) ? 1 : 0;
  }

  private List<Path> jsonFiles() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  private static String summary(Map<GoldenOutcome, Integer> counts) {
    return Stream.of(GoldenOutcome.values())
        .map(
            outcome ->
                outcome.toString().toLowerCase(Locale.ROOT) + " " + counts.getOrDefault(outcome, 0))
        .collect(Collectors.joining(", ", "GOLDEN total: ", ""));
  }
}

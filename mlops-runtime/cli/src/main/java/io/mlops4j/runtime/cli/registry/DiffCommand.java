package io.mlops4j.runtime.cli.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.card.CardChange;
import io.mlops4j.runtime.card.CardDiff;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diff BEFORE AFTER}: what changed between two versions. */
@Command(
    name = "diff",
    description = {"Shows the differences between two versions, in bytes and cards."},
    footer = {
      "%nExample:",
      "  mlops4j diff flight-delay@champion flight-delay --registry registry"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
final class DiffCommand extends RegistryCommand {
  @Parameters(
      index = "0",
      paramLabel = "BEFORE",
      description = "The older version: NAME, NAME:NUMBER or NAME@ALIAS.")
  private String before;

  @Parameters(
      index = "1",
      paramLabel = "AFTER",
      description = "The newer version: NAME, NAME:NUMBER or NAME@ALIAS.")
  private String after;

  @Option(names = "--markdown", description = "Print Markdown.")
  private boolean markdown;

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    ModelVersion older = registry.resolve(before);
    ModelVersion newer = registry.resolve(after);
    CardDiff diff = CardDiff.of(registry, older, newer);
    out.answer(
        ConsoleOutput.parse("diff", diff.json()),
        to -> {
          if (markdown) {
            to.text(diff.markdown());
          } else {
            show(older + " -> " + newer, diff, to);
          }
        });
    return 0;
  }

  private static void show(String compared, CardDiff diff, ConsoleOutput to) {
    to.line(diff.changes().isEmpty() ? compared + ": nothing changed" : compared);
    diff.changes().forEach(change -> to.line("  " + text(change)));
  }

  /** Digests are abbreviated: a line has no room for two whole ones. */
  private static String text(CardChange change) {
    return change.area() == CardChange.Area.BYTES
        ? "bytes: " + digest(change.before()) + " -> " + digest(change.after())
        : change.toString();
  }

  private static String digest(Optional<String> text) {
    return text.map(whole -> Digest.parse(whole).abbreviated()).orElse("none");
  }
}

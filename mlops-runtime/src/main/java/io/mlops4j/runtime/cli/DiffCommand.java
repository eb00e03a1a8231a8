package io.mlops4j.runtime.cli;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.CardDiff;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diff BEFORE AFTER}: what changed between two versions. */
@Command(
    name = "diff",
    description = {"Shows what changed between two versions: bytes and cards."},
    footer = {
      "%nExample:",
      "  mlops4j diff flight-delay@champion flight-delay --registry registry"
    })
final class DiffCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(index = "0", paramLabel = "BEFORE", description = "NAME, NAME:NUMBER or NAME@ALIAS.")
  private String before;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(index = "1", paramLabel = "AFTER", description = "The newer one, in the same forms.")
  private String after;

  @Option(names = "--markdown", description = "Print it as Markdown.")
  private boolean markdown;

  @Override
  int run(ModelRegistry registry, Output out) throws IOException {
    CardDiff diff = CardDiff.of(registry, registry.resolve(before), registry.resolve(after));
    out.answer(
        Output.parse("diff", diff.json()),
        to -> to.text(markdown ? diff.markdown() : diff.toString()));
    return 0;
  }
}

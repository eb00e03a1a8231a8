package io.mlops4j.runtime.cli;

import io.mlops4j.registry.Change;
import picocli.CommandLine.Option;

/** Who changes something, and why. */
final class WhoOptions {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Option(
      names = "--by",
      required = true,
      paramLabel = "WHO",
      description = "Who makes the change; kept for ever.")
  private String by;

  @Option(names = "--because", paramLabel = "WHY", description = "Why; kept for ever.")
  private String because = "";

  Change change() {
    return Change.by(by).because(because);
  }
}

package io.mlops4j.runtime.cli;

import io.mlops4j.registry.Change;
import io.mlops4j.registry.PublishOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Who publishes a version, and why. */
final class PublisherOptions {
  @ArgGroup(exclusive = false)
  private @Nullable Publisher publisher;

  /** Both are kept with the version. */
  static final class Publisher {
    @SuppressWarnings("NullAway.Init") // set by Picocli
    @Option(
        names = "--by",
        required = true,
        paramLabel = "WHO",
        description = "Who publishes; kept for ever, as the process always is.")
    private String by;

    @Option(names = "--because", paramLabel = "WHY", description = "Why; kept for ever.")
    private String because = "";
  }

  PublishOptions in(PublishOptions options) {
    return publisher == null
        ? options
        : options.by(Change.by(publisher.by).because(publisher.because));
  }
}

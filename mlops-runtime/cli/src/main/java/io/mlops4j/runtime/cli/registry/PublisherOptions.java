package io.mlops4j.runtime.cli.registry;

import io.mlops4j.registry.Change;
import io.mlops4j.registry.PublishOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options for the publisher of a version and the reason. */
final class PublisherOptions {
  @ArgGroup(exclusive = false)
  private @Nullable PublisherNames publisher;

  /** Person and reason, kept with the version. */
  static final class PublisherNames {
    @SuppressWarnings("NullAway.Init") // set by Picocli
    @Option(
        names = "--by",
        required = true,
        paramLabel = "WHO",
        description = "Who publishes; kept forever. The process is always recorded.")
    private String by;

    @Option(names = "--because", paramLabel = "WHY", description = "Why; kept forever.")
    private String because = "";
  }

  PublishOptions in(PublishOptions options) {
    return publisher == null
        ? options
        : options.toBuilder().by(Change.by(publisher.by).because(publisher.because)).build();
  }
}

package io.mlops4j.runtime.cli.registry;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.ProgressBar;
import io.mlops4j.runtime.internal.source.ModelFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code publish MODEL}: publishes a version. */
@Command(
    name = "publish",
    description = {
      "Publishes a model with its card.",
      "Publishing the same bytes with the same card again returns the same version. The model is"
          + " loaded first: its signature is stored in the card, and it must take the features and"
          + " golden rows of the card."
    },
    footer = {
      "%nExample:",
      "  mlops4j publish flight-delay.onnx --registry registry --name flight-delay \\",
      "      --owner ops-ml --licence Apache-2.0 --metric roc_auc=0.71"
    })
final class PublishCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(
      paramLabel = "MODEL",
      description = "The model's file, or the folder of all its files.")
  private Path model;

  @Mixin private final CardOptions options = new CardOptions();
  @Mixin private final SignatureOptions signature = new SignatureOptions();
  private @Nullable ModelCard card;

  @Mixin private final PublisherOptions publisher = new PublisherOptions();

  @Override
  boolean creates() {
    return true;
  }

  @Override
  void check() throws IOException {
    options.card();
    ModelFiles.list(model).kind();
    card = signature.card(options, model, this);
  }

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    ModelCard checked = Objects.requireNonNull(card);
    try (ProgressBar bar = bar("publish " + checked.name())) {
      ModelVersion version =
          registry.publish(
              checked, model, publisher.in(PublishOptions.builder().listener(bar).build()));
      out.answer(RegistryFacts.json(version), to -> to.line(version + "  " + version.digest()));
    }
    return 0;
  }
}

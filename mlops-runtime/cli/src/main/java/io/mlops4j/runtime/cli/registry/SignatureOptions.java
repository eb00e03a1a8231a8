package io.mlops4j.runtime.cli.registry;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelCard;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import io.mlops4j.runtime.serving.loading.CardFit;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/**
 * Whether a model is loaded before it is published, to store its signature in the card and to check
 * the card.
 */
final class SignatureOptions {
  @Option(
      names = "--no-load",
      description =
          "Do not load the model before it is published. The card is then not checked, and has a"
              + " signature only if --card contains one.")
  private boolean unloaded;

  /**
   * Returns the card to publish, with the signature of the model unless the card states one. The
   * model is loaded once, with the features of the card, as a deployment will load it.
   *
   * @param options the card as it is stated
   * @param model its file or folder
   * @param command prints a note if no engine can load the model
   * @throws io.mlops4j.error.ModelLoadException if the model cannot be loaded, the card contradicts
   *     it, or it does not take its golden rows
   */
  ModelCard card(CardOptions options, Path model, ShellCommand command) throws IOException {
    ModelCard stated = options.card();
    if (unloaded) {
      return stated;
    }
    try (ModelRuntime runtime = ModelRuntime.open();
        Model loaded = runtime.load(model, CardFit.options(stated))) {
      ModelCard card =
          options.card(name -> ModelCard.builder(name).signature(loaded.signature()).build());
      CardFit.require(card, loaded, runtime.allocator());
      return card;
    } catch (EngineUnavailableException e) {
      command.note(e.getMessage() + "; the card is published without a signature");
      return stated;
    }
  }
}

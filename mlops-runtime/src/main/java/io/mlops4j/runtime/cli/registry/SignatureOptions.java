package io.mlops4j.runtime.cli.registry;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import io.mlops4j.runtime.serving.loading.CardFit;
import java.nio.file.Path;
import java.util.Optional;
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

  private boolean loads = true;
  private Optional<ModelSignature> own = Optional.empty();

  /**
   * Returns a card with only the signature of the model.
   *
   * @param name the model's name
   * @param model its file or folder
   * @param command prints a note if no engine can load the model
   * @throws io.mlops4j.error.ModelLoadException if the model cannot be loaded
   */
  ModelCard card(String name, Path model, ShellCommand command) {
    ModelCard.Builder card = ModelCard.builder(name);
    if (!unloaded) {
      try (ModelRuntime runtime = ModelRuntime.open();
          Model loaded = runtime.load(model)) {
        own = Optional.of(loaded.signature());
        card.signature(loaded.signature());
      } catch (EngineUnavailableException e) {
        loads = false;
        command.note(e.getMessage() + "; the card is published without a signature");
      }
    }
    return card.build();
  }

  /**
   * Loads the model with its whole card, as a deployment will, unless the card states nothing to
   * compare.
   *
   * @param card the card to publish
   * @throws io.mlops4j.error.ModelLoadException if the card contradicts the model, or the model
   *     does not take its golden rows
   */
  ModelCard checked(ModelCard card, Path model) {
    boolean states =
        card.features().isPresent()
            || card.goldenRows().isPresent()
            || !card.signature().equals(own);
    if (!unloaded && loads && states) {
      try (ModelRuntime runtime = ModelRuntime.open();
          Model loaded = runtime.load(model, CardFit.options(card))) {
        CardFit.require(card, loaded, runtime.allocator());
      }
    }
    return card;
  }
}

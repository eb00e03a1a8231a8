package io.mlops4j.runtime.cli.registry;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelCard;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Whether a model is loaded before it is published, to store its signature in the card. */
final class SignatureOptions {
  @Option(
      names = "--no-load",
      description =
          "Do not load the model before it is published. The card then has a signature only if --card"
              + " contains one.")
  private boolean unloaded;

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
        card.signature(loaded.signature());
      } catch (EngineUnavailableException e) {
        command.note(e.getMessage() + "; the card is published without a signature");
      }
    }
    return card.build();
  }
}

package io.mlops4j.runtime.cli;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelCard;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Whether a model is loaded before it is published, for the signature that its card states. */
final class SignatureOptions {
  @Option(
      names = "--no-load",
      description =
          "Do not load the model before it is published; its card then has no signature unless"
              + " --card has one.")
  private boolean unloaded;

  /**
   * A card that states what the model takes and gives, and nothing else.
   *
   * @param name the model's name
   * @param model its file or folder
   * @param command hears that there is no engine to load the model with
   * @throws io.mlops4j.error.ModelLoadException if the model cannot be loaded
   */
  ModelCard card(String name, Path model, ShellCommand command) {
    ModelCard.Builder card = ModelCard.builder(name);
    if (!unloaded) {
      try (ModelRuntime runtime = ModelRuntime.open();
          Model loaded = runtime.load(model)) {
        card.signature(loaded.signature());
      } catch (EngineUnavailableException e) {
        command.note(e.getMessage() + "; published without a signature in the card");
      }
    }
    return card.build();
  }
}

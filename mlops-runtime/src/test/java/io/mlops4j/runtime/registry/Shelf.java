package io.mlops4j.runtime.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Publication;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.runtime.registry.store.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/** Versions as an older library, which knows no index, has published them; without its care. */
public final class Shelf {
  public static final Instant AT = Instant.parse("2001-05-03T12:00:00Z");

  private Shelf() {}

  /** Versions of the model "race" with the cards that {@link RegistryChild} gives. */
  public static void fill(Path root, Path model, int from, int to) throws IOException {
    fill(root, model, from, to, number -> RegistryChild.card("id-" + number));
  }

  /** Returns the folder of a version of the model "race". */
  public static Path version(Path root, int number) {
    return root.resolve("models/race/versions/%06d".formatted(number));
  }

  public static void fill(Path root, Path model, int from, int to, IntFunction<ModelCard> cards)
      throws IOException {
    String name = model.getFileName().toString();
    Manifest.Entry entry = new Manifest.Entry(Files.size(model), Digest.sha256(model));
    for (int number = from; number <= to; number++) {
      Path folder = version(root, number);
      Files.createDirectories(folder.resolve("files"));
      byte[] card = CardDocument.write(cards.apply(number));
      Manifest manifest =
          new Manifest(
              new ModelVersion("race", number, entry.digest()),
              new ModelFiles.Kind(ModelFormat.ONNX, Optional.of(name)),
              false,
              Map.of(name, entry),
              Digest.sha256(card),
              new Publication(
                  AT, AT, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
      Files.createLink(folder.resolve("files").resolve(name), model);
      Files.write(folder.resolve("card.json"), card);
      Files.write(folder.resolve("manifest.json"), manifest.write());
    }
  }
}

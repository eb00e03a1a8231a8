package io.mlops4j.runtime.registry;

import io.mlops4j.model.ModelVersion;
import java.util.Objects;
import java.util.function.LongConsumer;

/** A version on one storage, to be put on another as it is. */
final class VersionCopy {
  private final Storage from;
  private final VersionStore.Stored stored;
  private final LongConsumer moved;

  VersionCopy(Storage from, VersionStore.Stored stored, LongConsumer moved) {
    this.from = from;
    this.stored = stored;
    this.moved = moved;
  }

  Manifest manifest() {
    return stored.manifest();
  }

  private ModelVersion version() {
    return stored.version();
  }

  byte[] bytes() {
    return from.manifest(version().name(), version().number());
  }

  byte[] card() {
    return from.card(version().name(), version().number());
  }

  /** False when they were removed. */
  boolean hasFiles() {
    return from.hasFiles(version());
  }

  String place(String file) {
    return from.path(version(), file) + " in " + from;
  }

  /** A file's bytes, verified at their end. */
  Contents.Source file(String file) {
    return sink ->
        from.pass(
            version(),
            file,
            Objects.requireNonNull(manifest().files().get(file), file),
            piece -> {
              moved.accept(piece.remaining());
              sink.take(piece);
            });
  }
}

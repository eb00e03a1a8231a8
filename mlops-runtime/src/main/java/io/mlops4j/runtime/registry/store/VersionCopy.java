package io.mlops4j.runtime.registry.store;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.file.ByteSource;
import java.util.Objects;
import java.util.function.LongConsumer;

/** A version of one storage, to be copied unchanged into another one. */
public final class VersionCopy {
  private final Storage from;
  private final VersionStore.Stored stored;
  private final LongConsumer moved;

  public VersionCopy(Storage from, VersionStore.Stored stored, LongConsumer moved) {
    this.from = from;
    this.stored = stored;
    this.moved = moved;
  }

  public Manifest manifest() {
    return stored.manifest();
  }

  private ModelVersion version() {
    return stored.version();
  }

  public byte[] bytes() {
    return from.manifest(version().name(), version().number());
  }

  public byte[] card() {
    return from.card(version().name(), version().number());
  }

  /** Returns false if the files were removed. */
  public boolean hasFiles() {
    return from.hasFiles(version());
  }

  public String place(String file) {
    return from.path(version(), file) + " in " + from;
  }

  /** Returns a file's bytes. Reading them throws at the end if they were damaged. */
  public ByteSource file(String file) {
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

package io.mlops4j.runtime.internal.source;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.runtime.internal.cache.SourceDigests;
import io.mlops4j.runtime.internal.file.Stamp;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads models by path. With cached digests, an unchanged file is read only when its bytes are
 * needed. Thread safe.
 */
public final class ModelReader {
  private final @Nullable SourceDigests digests;

  /** Creates a reader that uses the digests of a cache, or reads each time if it is null. */
  public ModelReader(@Nullable ModelCache cache) {
    this.digests = cache == null ? null : SourceDigests.open(cache).orElse(null);
  }

  /**
   * Reads a model, or only its cached digest if {@code cached} allows that.
   *
   * @throws ModelLoadException as {@link FileSource#read} does
   */
  public ModelSource read(Path fileOrFolder, boolean cached) {
    if (digests == null || !cached || !isPlainFile(fileOrFolder)) {
      return FileSource.read(fileOrFolder);
    }
    try {
      return read(fileOrFolder, fileOrFolder.toRealPath(), digests);
    } catch (IOException e) {
      throw ModelFiles.cannotRead(fileOrFolder, e);
    }
  }

  private static boolean isPlainFile(Path path) {
    return path.getFileSystem().equals(FileSystems.getDefault()) && Files.isRegularFile(path);
  }

  private static ModelSource read(Path shown, Path file, SourceDigests digests) throws IOException {
    Optional<Digest> known = digests.find(file);
    if (known.isPresent()) {
      return new DeferredSource(
          onnx(shown), shown, true, known.get(), () -> again(shown, file, known.get(), digests));
    }
    Instant began = Instant.now();
    Stamp before = Stamp.of(file);
    ModelSource source = FileSource.read(file);
    if (before.settled(began) && before.equals(Stamp.of(file))) {
      digests.remember(file, before, source.digest());
    }
    return new DeferredSource(onnx(shown), shown, true, source.digest(), () -> source);
  }

  private static ModelFiles.Kind onnx(Path shown) {
    return new ModelFiles.Kind(ModelFormat.ONNX, Optional.of(shown.toString()));
  }

  private static ModelSource again(Path shown, Path file, Digest known, SourceDigests digests) {
    ModelSource source = FileSource.read(file);
    if (!source.digest().equals(known)) {
      digests.forget(file);
      throw new ModelLoadException(
          "%s: found %s, expected %s: the file changed while it was loaded; load it again when it is complete"
              .formatted(shown, source.digest(), known),
          null);
    }
    return source;
  }
}

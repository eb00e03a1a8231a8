package io.mlops4j.runtime.internal.source;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A model whose digest is known and whose bytes are read once, at the first use. Thread safe. */
public final class DeferredSource implements ModelSource {
  private final ModelFormat format;
  private final Path main;
  private final boolean oneFile;
  private final Digest digest;
  private final Supplier<ModelSource> reader;
  private @Nullable ModelSource read;

  /**
   * Creates a source that has read nothing yet.
   *
   * @param oneFile whether the model has no further files
   * @param reader reads the bytes and compares them with the digest
   */
  public DeferredSource(
      ModelFiles.Kind kind,
      Path main,
      boolean oneFile,
      Digest digest,
      Supplier<ModelSource> reader) {
    this.format = kind.format();
    this.main = main;
    this.oneFile = oneFile;
    this.digest = digest;
    this.reader = reader;
  }

  private synchronized ModelSource read() {
    if (read == null) {
      read = reader.get();
    }
    return read;
  }

  @Override
  public ModelFormat format() {
    return format;
  }

  @Override
  public Path main() {
    return main;
  }

  @Override
  public @Nullable ByteBuffer bytes() {
    return read().bytes();
  }

  @Override
  public Map<String, ByteBuffer> external() {
    return oneFile ? Map.of() : read().external();
  }

  @Override
  public Digest digest() {
    return digest;
  }

  @Override
  public List<ByteBuffer> signatures() {
    return read().signatures();
  }

  @Override
  public String toString() {
    return main + " (" + format.id() + ", " + digest.abbreviated() + ")";
  }
}

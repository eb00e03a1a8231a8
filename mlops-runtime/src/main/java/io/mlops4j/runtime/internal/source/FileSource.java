package io.mlops4j.runtime.internal.source;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model's bytes in memory. They are read once, so an engine gets exactly the bytes that were
 * digested, even when the file changes afterwards. Immutable and thread safe; the buffers are
 * shared, not copied, and freed with the source.
 */
public record FileSource(
    ModelFormat format,
    Path main,
    @Nullable ByteBuffer bytes,
    Map<String, ByteBuffer> external,
    Digest digest,
    List<ByteBuffer> signatures,
    boolean cacheable)
    implements ModelSource {
  /**
   * Reads a model and digests it.
   *
   * <p>A file must be an ONNX model; its extension does not matter. A folder must be a TensorFlow
   * SavedModel, or contain exactly one {@code *.onnx} file beside its data. A single file has no
   * {@link #external()} bytes, even if it refers to some. No file may have more than 2 GiB:
   * exporters split larger weights over several. The source includes a signature that lies beside
   * the model: {@code NAME.sig} beside a file, {@code model.sig} in a folder.
   *
   * @throws io.mlops4j.error.ModelLoadException if the model is missing, empty, unreadable,
   *     truncated or of an unknown format
   */
  public static ModelSource read(Path fileOrFolder) {
    ModelFiles files = ModelFiles.list(fileOrFolder);
    Map<String, ByteBuffer> read = new LinkedHashMap<>();
    Map<String, Digest> digests = new LinkedHashMap<>();
    files
        .paths()
        .forEach(
            (name, path) -> {
              ByteBuffer bytes = ModelFiles.read(path);
              read.put(name, bytes);
              digests.put(name, Digest.sha256(bytes));
            });
    ModelFiles.Kind kind = files.kind(read);
    Path main = kind.main().map(files.paths()::get).orElse(fileOrFolder);
    return of(kind, main, read, ModelFiles.digest(digests, files.isFolder()), files.signatures());
  }

  /** Wraps the bytes of all files, by relative name, that the caller has read and verified. */
  public static ModelSource of(
      ModelFiles.Kind kind,
      Path main,
      Map<String, ByteBuffer> files,
      Digest digest,
      List<ByteBuffer> signatures) {
    Map<String, ByteBuffer> external = new LinkedHashMap<>(files);
    Optional<ByteBuffer> bytes = kind.main().map(external::remove);
    return new FileSource(
        kind.format(), main, bytes.orElse(null), external, digest, signatures, true);
  }

  @Override
  public @Nullable ByteBuffer bytes() {
    return bytes == null ? null : bytes.asReadOnlyBuffer();
  }

  @Override
  public Map<String, ByteBuffer> external() {
    Map<String, ByteBuffer> views = new LinkedHashMap<>();
    external.forEach((name, buffer) -> views.put(name, buffer.asReadOnlyBuffer()));
    return views;
  }

  @Override
  public List<ByteBuffer> signatures() {
    return signatures.stream().map(ByteBuffer::asReadOnlyBuffer).toList();
  }

  @Override
  public String toString() {
    return main + " (" + format.id() + ", " + digest.abbreviated() + ")";
  }
}

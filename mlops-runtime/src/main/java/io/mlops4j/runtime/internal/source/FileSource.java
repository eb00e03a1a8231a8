package io.mlops4j.runtime.internal.source;

import io.mlops4j.error.ModelLoadException;
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
 * digested, even when the file changes afterwards. Immutable and thread safe; the memory is freed
 * with the source.
 */
public final class FileSource implements ModelSource {
  private final ModelFormat format;
  private final Path main;
  private final @Nullable ByteBuffer bytes;
  private final Map<String, ByteBuffer> external;
  private final Digest digest;
  private final List<ByteBuffer> signatures;

  private FileSource(
      ModelFormat format,
      Path main,
      @Nullable ByteBuffer bytes,
      Map<String, ByteBuffer> external,
      Digest digest,
      List<ByteBuffer> signatures) {
    this.format = format;
    this.main = main;
    this.bytes = bytes;
    this.external = external;
    this.digest = digest;
    this.signatures = List.copyOf(signatures);
  }

  /**
   * Reads a model.
   *
   * <p>A file must be an ONNX model; its extension does not matter. A folder must be a TensorFlow
   * SavedModel, or hold exactly one {@code *.onnx} file beside the data that it refers to. A single
   * file has no {@link #external()} bytes, even if it refers to some. No file may have more than 2
   * GiB: exporters split larger weights over several. A signature beside them comes along: {@code
   * NAME.sig} beside a file, {@code model.sig} in a folder.
   *
   * @param fileOrFolder the model's file or folder
   * @return its bytes, with their digest
   * @throws ModelLoadException if it is missing, empty, unreadable, cut or of no known format
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

  /**
   * Wraps bytes that the caller has read and verified.
   *
   * @param kind what they are
   * @param main the main file or folder, for messages
   * @param files relative name to bytes, among them the main file
   * @param digest their digest
   * @param signatures bundles that came with them
   * @return the source; the buffers are shared, not copied
   */
  public static ModelSource of(
      ModelFiles.Kind kind,
      Path main,
      Map<String, ByteBuffer> files,
      Digest digest,
      List<ByteBuffer> signatures) {
    Map<String, ByteBuffer> external = new LinkedHashMap<>(files);
    Optional<ByteBuffer> bytes = kind.main().map(external::remove);
    return new FileSource(kind.format(), main, bytes.orElse(null), external, digest, signatures);
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
    return bytes == null ? null : bytes.asReadOnlyBuffer();
  }

  @Override
  public Map<String, ByteBuffer> external() {
    Map<String, ByteBuffer> views = new LinkedHashMap<>();
    external.forEach((name, buffer) -> views.put(name, buffer.asReadOnlyBuffer()));
    return views;
  }

  @Override
  public Digest digest() {
    return digest;
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

package io.mlops4j.runtime.compatibility;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A file, or a folder with everything below it, read as it is: nothing is checked before the engine
 * sees it.
 */
record PathSource(
    ModelFormat format, Path main, ByteBuffer content, Map<String, ByteBuffer> files, Digest digest)
    implements ModelSource {

  static PathSource of(ModelFormat format, Path path) {
    return of(format, path, UnaryOperator.identity());
  }

  /** With every file changed. */
  static PathSource of(ModelFormat format, Path path, UnaryOperator<byte[]> change) {
    Map<String, ByteBuffer> files = new TreeMap<>();
    ByteBuffer content = null;
    try {
      if (Files.isDirectory(path)) {
        for (Path file : below(path)) {
          files.put(
              path.relativize(file).toString().replace('\\', '/'),
              direct(change.apply(Files.readAllBytes(file))));
        }
      } else {
        content = direct(change.apply(Files.readAllBytes(path)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Digest digest = Digest.sha256(path.toString().getBytes(StandardCharsets.UTF_8));
    return new PathSource(format, path, content, files, digest);
  }

  private static List<Path> below(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  @Override
  public ByteBuffer bytes() {
    return content == null ? null : content.asReadOnlyBuffer();
  }

  @Override
  public Map<String, ByteBuffer> external() {
    Map<String, ByteBuffer> views = new TreeMap<>();
    files.forEach((name, bytes) -> views.put(name, bytes.asReadOnlyBuffer()));
    return views;
  }

  /** Overwrites all bytes, as no source would. */
  void wipe() {
    Stream.concat(Stream.ofNullable(content), files.values().stream())
        .forEach(bytes -> bytes.duplicate().put(new byte[bytes.remaining()]));
  }
}

package io.mlops4j.runtime.trust;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The very buffers that a signature was compared with, and no others: whatever the source would
 * give when it is asked again, an engine gets these.
 */
final class VerifiedSource implements ModelSource {
  private final ModelSource of;
  private final @Nullable ByteBuffer bytes;
  private final Map<String, ByteBuffer> external;

  /**
   * @param of what is known beside the bytes
   * @param bytes of the main file, or null
   * @param external of the others
   */
  VerifiedSource(ModelSource of, @Nullable ByteBuffer bytes, Map<String, ByteBuffer> external) {
    this.of = of;
    this.bytes = bytes;
    this.external = external;
  }

  @Override
  public ModelFormat format() {
    return of.format();
  }

  @Override
  public Path main() {
    return of.main();
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
    return of.digest();
  }

  @Override
  public boolean cacheable() {
    return of.cacheable();
  }

  @Override
  public List<ByteBuffer> signatures() {
    return of.signatures();
  }

  @Override
  public String toString() {
    return of.toString();
  }
}

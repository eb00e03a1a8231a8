package io.mlops4j.runtime.serving.loading;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A source whose model no engine may store in a cache or load from a cache.
 *
 * @param of the source of the bytes
 */
public record UncachedSource(ModelSource of) implements ModelSource {
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
    return of.bytes();
  }

  @Override
  public Map<String, ByteBuffer> external() {
    return of.external();
  }

  @Override
  public Digest digest() {
    return of.digest();
  }

  @Override
  public boolean cacheable() {
    return false;
  }

  @Override
  public List<ByteBuffer> signatures() {
    return of.signatures();
  }
}

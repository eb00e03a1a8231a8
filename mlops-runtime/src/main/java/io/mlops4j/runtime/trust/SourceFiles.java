package io.mlops4j.runtime.trust;

import io.mlops4j.model.Digest;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files of a source, asked for once, and how they meet what was signed. */
final class SourceFiles {
  private final ModelSource source;
  private final @Nullable String main;
  private final Map<String, ByteBuffer> files;
  private final Map<String, Digest> digests = new TreeMap<>();

  SourceFiles(ModelSource source) {
    this.source = source;
    this.files = new LinkedHashMap<>(source.external());
    ByteBuffer bytes = source.bytes();
    this.main = bytes == null ? null : String.valueOf(source.main().getFileName());
    if (bytes != null) {
      files.put(String.valueOf(main), bytes);
    }
  }

  /** The digest of each file, taken of the buffers themselves. */
  Map<String, Digest> digests() {
    if (digests.isEmpty()) {
      files.forEach((name, buffer) -> digests.put(name, Digest.sha256(buffer.duplicate())));
    }
    return digests;
  }

  /**
   * Compares.
   *
   * @param unsigned whether files that are not in the statement are left out, rather than refused
   * @return what may be loaded: the files in the statement
   */
  ModelSource verified(Statement statement, boolean unsigned) throws RefusedSignature {
    Map<String, Digest> signed = statement.signed(digests());
    statement.compare(digests(), unsigned);
    return only(signed);
  }

  private ModelSource only(Map<String, Digest> signed) throws RefusedSignature {
    if (main != null && !signed.containsKey(main)) {
      throw new RefusedSignature("files that were not signed, " + main);
    }
    Map<String, ByteBuffer> kept = new LinkedHashMap<>(files);
    kept.keySet().retainAll(signed.keySet());
    ByteBuffer bytes = main == null ? null : kept.remove(main);
    return new VerifiedSource(source, bytes, kept);
  }
}

package io.mlops4j.runtime.trust;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.source.FileSource;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files of a source, read once, and their comparison with a statement. */
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

  /** Returns the digest of each file, computed from the buffers. */
  Map<String, Digest> digests() {
    if (digests.isEmpty()) {
      files.forEach((name, buffer) -> digests.put(name, Digest.sha256(buffer.duplicate())));
    }
    return digests;
  }

  /**
   * Compares the files with a statement.
   *
   * @param leavesOut whether unsigned files are left out instead of rejected
   * @return a source with the very buffers that were compared, whatever the first source returns
   *     later
   */
  ModelSource verified(Statement statement, boolean leavesOut) throws RefusedSignature {
    Map<String, Digest> signed = statement.signed(digests());
    statement.compare(digests(), leavesOut);
    if (main != null && !signed.containsKey(main)) {
      throw new RefusedSignature("files that were not signed, " + main);
    }
    Map<String, ByteBuffer> kept = new LinkedHashMap<>(files);
    kept.keySet().retainAll(signed.keySet());
    ByteBuffer bytes = main == null ? null : kept.remove(main);
    return new FileSource(
        source.format(),
        source.main(),
        bytes,
        kept,
        source.digest(),
        source.signatures(),
        source.cacheable());
  }
}

package io.mlops4j.monitor.log.row;

import io.mlops4j.inference.InferenceEvent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one log.
 *
 * @param features null for all columns
 * @param outputs null for all outputs
 * @param codec how rows are compressed
 * @param withholdBelow 1 to write every text
 * @param keepFor null to keep files of any age
 * @param keepBytes {@link Long#MAX_VALUE} to keep files of any size
 * @param blockFor zero to drop rows at once
 */
public record LogSettings(
    Path folder,
    BufferAllocator allocator,
    List<String> keys,
    @Nullable Set<String> features,
    @Nullable Set<String> outputs,
    boolean digests,
    CompressionCodec codec,
    int withholdBelow,
    @Nullable Function<? super InferenceEvent, @Nullable String> traceIds,
    long rotateBytes,
    Duration rotateAfter,
    @Nullable Duration keepFor,
    long keepBytes,
    Duration acknowledgeEvery,
    long queueRows,
    Duration blockFor,
    Clock clock) {

  /** So that the deletion of one file leaves most of what shall be kept. */
  private static final int MOST_PARTS = 16;

  private static final long SMALLEST_PART = 64L << 10;

  /** The most bytes that are written to one file at once. */
  public long partBytes() {
    return Math.max(SMALLEST_PART, keepBytes / MOST_PARTS);
  }

  /** The bytes after which another file is begun. */
  public long fileBytes() {
    return Math.min(rotateBytes, partBytes());
  }

  boolean writesFeature(String name) {
    return features == null || features.contains(name);
  }

  boolean writesOutput(String name) {
    return outputs == null || outputs.contains(name);
  }
}

package io.mlops4j.runtime.scoring.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.Digest;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartialFileTest {
  private static final Digest WORK = Digest.sha256(new byte[] {1});
  private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(100);

  private final AtomicLong now = new AtomicLong();

  @TempDir Path folder;

  private static EncodedChunk chunk() {
    try (BufferAllocator allocator = new RootAllocator();
        IntVector ids = new IntVector("id", allocator)) {
      ids.allocateNew(10);
      ids.setValueCount(10);
      return EncodedChunk.of(VectorSchemaRoot.of(ids), 0, "");
    }
  }

  /**
   * Each reading of the clock is one second after the one before, as on a disk that takes so long.
   */
  @Test
  void aSlowDiskDoesNotKeepRowsFromBeingRecordedForLong() {
    LongSupplier slow = () -> now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    try (PartialFile file = PartialFile.open(folder.resolve("out.arrow"), WORK, slow)) {
      file.write(chunk());
      assertThat(file.recordIfDue(SHORTEST)).isTrue();
      file.write(chunk());
      assertThat(file.recordIfDue(SHORTEST)).as("one second later").isFalse();
      assertThat(file.durableRows()).isEqualTo(OptionalLong.of(10));
      assertThat(file.recordIfDue(SHORTEST)).as("two seconds later").isTrue();
      assertThat(file.durableRows()).isEqualTo(OptionalLong.of(20));
    }
    try (PartialFile file = PartialFile.open(folder.resolve("out.arrow"), WORK)) {
      assertThat(List.of(file.rows(), file.durableRows().orElseThrow())).containsOnly(20L);
    }
  }

  @Test
  void rowsOfAReaderAreNeverDurable() {
    try (PartialFile file = PartialFile.open(folder.resolve("out.arrow"), null, now::get)) {
      file.write(chunk());
      assertThat(file.recordIfDue(0)).isFalse();
      assertThat(file.durableRows()).isEmpty();
    }
  }
}

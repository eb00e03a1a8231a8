package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Opens Arrow IPC files. Stateless and thread safe. */
public final class ArrowFiles {
  private ArrowFiles() {}

  /**
   * Opens a file in the Arrow IPC file or stream format. Dictionary-encoded columns stay encoded.
   * Compressed bodies (LZ4 or ZSTD) need {@code org.apache.arrow:arrow-compression} on the class
   * path. Tensor and bfloat16 columns have the vectors of {@code io.mlops4j.feature}. No JVM flag
   * is needed.
   *
   * <p>The sizes, offsets, texts and dictionary codes of each batch are checked before it is
   * returned.
   *
   * @param file the file; only read
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if the file is missing, empty, truncated, damaged or of another format,
   *     and all memory is freed; the reader's iterator throws it for damage that is found later
   */
  public static FeatureReader open(Path file, BufferAllocator allocator) {
    Objects.requireNonNull(allocator, "allocator");
    IpcBytes bytes = IpcBytes.open(file);
    try {
      IpcReader reader = new IpcReader(bytes, IpcLayout.of(bytes), allocator);
      reader.getVectorSchemaRoot(); // rejects a file of another format here
      return new ArrowFile(reader, FeatureReader.of(reader));
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw bytes.unreadable(e);
    }
  }

  /**
   * Counts the rows of a file without reading them.
   *
   * @param file the file
   * @return empty if it is not an Arrow file, or it is damaged; reading it names the reason
   */
  public static OptionalLong rows(Path file) {
    try (IpcBytes bytes = IpcBytes.open(file)) {
      IpcLayout layout = IpcLayout.of(bytes);
      long rows = 0;
      for (IpcMessage next = layout.next(); next != null; next = layout.next()) {
        if (next.metadata().header(new RecordBatch()) instanceof RecordBatch batch
            && next.metadata().headerType() == MessageHeader.RecordBatch) {
          rows += batch.length();
        }
      }
      return OptionalLong.of(rows);
    } catch (IOException | RuntimeException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * Returns a batch without rows that has the columns of a file.
   *
   * @param file the file
   * @param allocator where its columns are allocated
   * @return a batch, which the caller closes
   * @throws DataException if the file cannot be read
   */
  public static FeatureBatch empty(Path file, BufferAllocator allocator) {
    IpcBytes bytes = IpcBytes.open(file);
    try (IpcReader reader = new IpcReader(bytes, IpcLayout.of(bytes), allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      root.allocateNew();
      root.setRowCount(0);
      return FeatureBatch.owning(root, reader);
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw bytes.unreadable(e);
    }
  }

  private record ArrowFile(IpcReader reader, FeatureReader batches) implements FeatureReader {
    @Override
    public Iterator<FeatureBatch> iterator() {
      return batches.iterator();
    }

    @Override
    public void close() {
      batches.close();
      reader.close();
    }
  }
}

package io.mlops4j.runtime.cli.model;

import io.mlops4j.error.DataException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/** Writes outputs to an Arrow file, one record batch for each batch of rows. */
final class ArrowAnswers implements AutoCloseable {
  private final Path file;
  private final BufferAllocator allocator;
  private final FileChannel channel;
  private @Nullable VectorSchemaRoot all;
  private @Nullable ArrowFileWriter writer;

  ArrowAnswers(Path file, BufferAllocator allocator) throws IOException {
    this.file = file;
    this.allocator = allocator;
    this.channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
  }

  void write(VectorSchemaRoot answers) {
    try (ArrowRecordBatch batch = new VectorUnloader(answers).getRecordBatch()) {
      VectorSchemaRoot root = all;
      if (root == null) {
        root = VectorSchemaRoot.create(answers.getSchema(), allocator);
        all = root;
        writer = new ArrowFileWriter(root, null, channel);
      }
      new VectorLoader(root).load(batch);
      if (writer != null) {
        writer.writeBatch();
      }
    } catch (IOException e) {
      throw new DataException("cannot write the outputs to " + file + ": " + e, e);
    } catch (UnsupportedOperationException e) { // Arrow throws it without access to java.nio
      throw new DataException(
          "--arrow: Arrow cannot access java.nio; add the JVM flag"
              + " --add-opens=java.base/java.nio=ALL-UNNAMED, which bin/mlops4j sets",
          e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (writer != null) {
        writer.close();
      }
      if (all != null) {
        all.close();
      }
    } finally {
      channel.close();
    }
  }
}

package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches to a Parquet file. DuckDB reads them through a table function on a thread of its
 * own while later batches are made. For one thread at a time.
 */
public final class ParquetSink implements AutoCloseable {
  private final BatchPipe pipe = new BatchPipe();
  private final DuckDb database;
  private final RowSource source;
  private final Thread writer;
  private volatile @Nullable Throwable failure;
  private boolean finished;

  /**
   * Starts a file.
   *
   * @param file the file, which is created or replaced
   * @param columns the columns of all batches
   * @param codec DuckDB's name of the compression
   * @throws IllegalArgumentException if a column has a type that is not written
   */
  public ParquetSink(Path file, List<Field> columns, String codec) {
    database = DuckDb.open(DuckDbSettings.of(List.of(file)));
    try {
      List<String> types = SinkType.of(columns);
      source = new RowSource(database, pipe::take, columns, types);
    } catch (RuntimeException | Error e) {
      database.close();
      throw e;
    }
    String copy =
        "COPY (SELECT * FROM "
            + RowSource.NAME
            + "()) TO "
            + Sql.text(file.toAbsolutePath().toString())
            + " (FORMAT parquet, COMPRESSION "
            + codec
            + ")";
    writer = new Thread(() -> run(copy), "mlops4j-parquet");
    writer.setDaemon(true);
    writer.start();
  }

  /**
   * Checks the columns of a file that is written later.
   *
   * @throws IllegalArgumentException if a column has a type that is not written
   * @throws DataException if DuckDB is missing
   */
  public static void check(Path file, List<Field> columns) {
    var unused = SinkType.of(columns);
    DuckDb.open(DuckDbSettings.of(List.of(file))).close();
  }

  private void run(String copy) {
    try {
      database.execute(copy);
    } catch (RuntimeException | Error e) { // an error, too, leaves a file that is not complete
      failure = e;
    } finally {
      pipe.breakWith("the file is finished");
    }
  }

  /** Takes over a batch and writes its rows later. */
  public void write(FeatureBatch batch) {
    try {
      pipe.put(batch);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    checkFailure();
  }

  /** Waits until all rows are written. */
  public void finish() {
    pipe.end();
    join();
    checkFailure();
    finished = true;
  }

  private void checkFailure() {
    Throwable failed = failure;
    if (failed != null) {
      throw new DataException("cannot write Parquet: " + failed.getMessage(), failed);
    }
  }

  private void join() {
    try {
      writer.join();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** What the writer uses must not be freed before it has ended. */
  private void joinUninterruptibly() {
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static DataException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new DataException("interrupted while writing Parquet; the file is not complete", e);
  }

  /** Ends the writer, even if it is not finished. */
  @Override
  public void close() {
    try {
      if (!finished) {
        pipe.breakWith("the file is given up");
        joinUninterruptibly();
      }
    } finally {
      source.close(); // also what a failed write has not read
      database.close();
    }
  }
}

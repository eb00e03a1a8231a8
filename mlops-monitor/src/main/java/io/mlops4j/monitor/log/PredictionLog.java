package io.mlops4j.monitor.log;

import io.mlops4j.error.DataException;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.monitor.log.file.Eraser;
import io.mlops4j.monitor.log.file.LogFiles;
import io.mlops4j.monitor.log.file.OptionalZstd;
import io.mlops4j.monitor.log.row.LogSettings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Writes what was predicted, from what and by which version to files that survive crashes.
 *
 * <p>Pass a log to models or deployments as a listener. Start it before them and close it after
 * them. The serving thread only hands its rows over; the log's one thread, {@code
 * mlops4j-prediction-log}, writes them. Nothing that goes wrong in the log reaches the serving
 * thread; it is counted in {@link #status} and logged.
 *
 * <p>A row is acknowledged when it was forced to the disk together with its checksum. Every
 * acknowledged row can be read after a crash of the process or the machine, on a local file system
 * that honours {@code fsync}. One log at a time writes to a folder. Thread safe.
 *
 * <p>Batches must not be written over after the call until the log has taken their rows, as for any
 * listener that keeps rows.
 */
public final class PredictionLog implements InferenceListener, AutoCloseable {
  private final LogSettings settings;
  private final LogFiles files;
  private final LogCounts counts = new LogCounts();
  private final LogWorker worker;
  private final CallIntake intake;
  private final AtomicBoolean closed = new AtomicBoolean();

  private PredictionLog(LogSettings settings, LogFiles files) {
    this.settings = settings;
    this.files = files;
    this.worker = new LogWorker(settings, files, counts, new SecureRandom().nextLong());
    this.intake = new CallIntake(settings, counts, worker);
  }

  /**
   * Starts to describe a log.
   *
   * @param folder where the files are; made if it does not exist, then only for the user of this
   *     process
   * @param allocator where rows wait for being written, for example the runtime's; it must outlive
   *     the log
   * @return a builder with defaults
   */
  public static Builder builder(Path folder, BufferAllocator allocator) {
    return new Builder(
        Objects.requireNonNull(folder, "folder"), Objects.requireNonNull(allocator, "allocator"));
  }

  /**
   * Opens the rows of a folder for reading. A log may run on it, in this or another process.
   *
   * @param folder the folder of a log
   * @param allocator where batches live; it must outlive them
   * @return all acknowledged rows
   */
  public static LoggedPredictions open(Path folder, BufferAllocator allocator) {
    return new LoggedPredictions(
        Objects.requireNonNull(folder, "folder"), Objects.requireNonNull(allocator, "allocator"));
  }

  /** {@return true, because a log writes the rows of calls} */
  @Override
  public boolean needsRows() {
    return true;
  }

  /**
   * Hands the rows of a call over to the log's thread. Never throws. Waits only if {@link
   * Builder#blockWhenFull} allows it.
   *
   * @param event the call
   */
  @Override
  public void onInference(InferenceEvent event) {
    intake.take(event);
  }

  /**
   * Waits until every row that was handed over before is acknowledged. Returns at once if the log
   * is closed.
   *
   * @throws DataException if the disk does not take rows now; they stay in memory and are tried
   *     again
   * @throws IllegalStateException if the calling thread is interrupted; its flag stays set
   */
  public void flush() {
    worker.flush(false);
  }

  /**
   * Removes all rows of a key. Flushes first, then rewrites the files that hold the key, in the
   * calling thread, while the log goes on. When this returns, no file of the log has bytes of the
   * rows that were handed over before the call. Rows of an earlier log that wrote the column as a
   * feature are removed, too. Call it again after a crash or an exception.
   *
   * @param column a key column of the log
   * @param value its value; whole numbers as decimal text, bytes as lower-case hexadecimal text
   * @return what was removed
   * @throws IllegalArgumentException if the log has no such key column
   * @throws IllegalStateException if the log is closed
   * @throws DataException if the disk fails; some files may already be rewritten
   */
  public Erasure erase(String column, String value) {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(value, "value");
    if (!settings.keys().contains(column)) {
      throw new IllegalArgumentException(
          "column: found \"%s\", expected a key column of the log, one of %s"
              .formatted(column, settings.keys()));
    }
    if (closed.get()) {
      throw new IllegalStateException("the prediction log is closed");
    }
    worker.flush(true);
    try {
      Eraser erased = files.erase(column, value);
      return new Erasure(erased.rows(), erased.files(), erased.damagedRows());
    } catch (IOException e) {
      throw new DataException(
          "%s: cannot erase rows of %s: %s; free space, then erase them again"
              .formatted(settings.folder(), column, e.getMessage()),
          e);
    }
  }

  /**
   * Returns the rows that are acknowledged by now, and later ones as they come.
   *
   * @return all rows of the folder
   */
  public LoggedPredictions read() {
    return open(settings.folder(), settings.allocator());
  }

  /**
   * Returns what the log has done since it was started.
   *
   * @return the counts of this moment; consistent with each other after {@link #flush}
   */
  public LogStatus status() {
    return counts.status(files.tornBytes(), files.bytes(), files.count());
  }

  /**
   * Writes everything that was handed over, ends the log's thread and leaves the folder to other
   * logs. Later calls are counted as dropped. A second call does nothing.
   *
   * @throws DataException if the disk does not take all rows; the others are acknowledged. The log
   *     is closed, and {@link #status} counts the lost rows as failed
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      worker.close();
      files.close();
      counts.checkNoneLost(settings.folder());
    }
  }

  /** Describes a log. Not thread safe; each {@link #start} starts a separate log. */
  public static final class Builder {
    private final Path folder;
    private final BufferAllocator allocator;
    private List<String> keys = List.of();
    private @Nullable Set<String> features;
    private @Nullable Set<String> outputs;
    private boolean digests;
    private boolean compressed;
    private int withholdBelow = 1;
    private @Nullable Function<? super InferenceEvent, @Nullable String> traceIds;
    private long rotateBytes = 64L << 20;
    private Duration rotateAfter = Duration.ofHours(1);
    private @Nullable Duration keepFor;
    private long keepBytes = Long.MAX_VALUE;
    private Duration acknowledgeEvery = Duration.ofMillis(200);
    private int queueRows = 250_000;
    private Duration blockFor = Duration.ZERO;
    private Clock clock = Clock.systemUTC();

    private Builder(Path folder, BufferAllocator allocator) {
      this.folder = folder;
      this.allocator = allocator;
    }

    /**
     * Names columns of the calls by which rows are found and erased. They are always written as
     * they are. Rows of a call that lacks one of them are not logged but counted as failed, because
     * they could not be erased.
     *
     * @param columns text, whole numbers or bytes
     * @return this builder
     */
    public Builder keys(String... columns) {
      this.keys = List.of(columns);
      return this;
    }

    /**
     * Sets the feature columns that may be written. The default is all columns of the call.
     *
     * @param columns the allowed columns besides the keys; those that a call lacks are ignored
     * @return this builder
     */
    public Builder features(String... columns) {
      this.features = Set.of(columns);
      return this;
    }

    /**
     * Sets the outputs that may be written. The default is all outputs with a row for each row.
     *
     * @param names the allowed outputs; those that a model lacks are ignored
     * @return this builder
     */
    public Builder outputs(String... names) {
      this.outputs = Set.of(names);
      return this;
    }

    /**
     * Writes a SHA-256 of the features of each row in place of the features.
     *
     * @return this builder
     * @see LoggedPrediction.FeatureDigest
     */
    public Builder featureDigests() {
      this.digests = true;
      return this;
    }

    /**
     * Compresses the rows with ZSTD, as Arrow defines it. Needs {@code
     * org.apache.arrow:arrow-compression} on the class path, to write and to read; it brings native
     * code. The default is to write rows as they are.
     *
     * @return this builder
     */
    public Builder compress() {
      this.compressed = true;
      return this;
    }

    /**
     * Writes a text or binary value only after rows with so many different keys had it since the
     * start; without keys, after so many rows. Keys of several columns differ if one of them does,
     * so a request id beside a person's makes every row count. Earlier ones are written as null,
     * and the row is marked. Keys are written as they are. Columns with texts inside lists or
     * structs are left out.
     *
     * @param rows at least 1; 1, the default, writes every text
     * @return this builder
     * @throws IllegalArgumentException if it is below
     */
    public Builder withholdTextBelow(int rows) {
      this.withholdBelow = (int) atLeastOne("rows", rows);
      return this;
    }

    /**
     * Sets how the trace of a call is known that has none of {@link
     * io.mlops4j.inference.CallOptions#withTraceparent}, for example from the logging context. The
     * function is called in the thread that made the call, within it. Rows of single-record calls
     * are collected in blocks, for which it is not called unless they are of one call.
     *
     * @param traces returns the id of the current trace, or null
     * @return this builder
     */
    public Builder traceIds(Function<? super InferenceEvent, @Nullable String> traces) {
      this.traceIds = Objects.requireNonNull(traces, "traces");
      return this;
    }

    /**
     * Sets when another file is begun. The default is 64 MiB or one hour. Each version and each set
     * of columns has a file of its own anyway. A file is also ended after a sixteenth of {@link
     * #keepBytes}, but not before 64 KiB.
     *
     * @param bytes at least 1
     * @param time more than zero
     * @return this builder
     * @throws IllegalArgumentException if one is below
     */
    public Builder rotateAfter(long bytes, Duration time) {
      this.rotateBytes = atLeastOne("bytes", bytes);
      this.rotateAfter = positive(time);
      return this;
    }

    /**
     * Deletes files all of whose rows are older than this. The default keeps files of any age.
     *
     * @param time more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is not
     */
    public Builder keepFor(Duration time) {
      this.keepFor = positive(time);
      return this;
    }

    /**
     * Deletes the oldest complete files while all files together are larger. The default keeps all.
     *
     * <p>One file is deleted at a time, so the log can be below the limit by the size of a file: at
     * most an eighth of the limit, or 128 KiB if that is more. Files are small enough for this
     * unless a single row is larger, or an earlier log wrote them with a larger limit. The log can
     * be above the limit while rows are written, by at most a sixteenth for each file that is open,
     * or 64 KiB if that is more. It also stays above during {@link PredictionLog#erase}, and if the
     * files that are open exceed the limit by themselves, because neither deletes files.
     *
     * @param bytes at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is below
     */
    public Builder keepBytes(long bytes) {
      this.keepBytes = atLeastOne("bytes", bytes);
      return this;
    }

    /**
     * Sets how long a row may wait in memory to be forced to the disk together with others. The
     * default is 200 milliseconds.
     *
     * @param time more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is not
     */
    public Builder acknowledgeEvery(Duration time) {
      this.acknowledgeEvery = positive(time);
      return this;
    }

    /**
     * Bounds the number of rows that are handed over and not yet taken by the log's thread. The
     * default is 250 000. A larger batch is accepted if the queue is empty.
     *
     * @param rows at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is below
     */
    public Builder queueRows(int rows) {
      this.queueRows = (int) atLeastOne("rows", rows);
      return this;
    }

    /**
     * Makes a call wait for room in the queue. Rows are dropped and counted if there is no room in
     * time. The default is not to wait.
     *
     * @param time how long at most, more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is not
     */
    public Builder blockWhenFull(Duration time) {
      this.blockFor = positive(time);
      return this;
    }

    /**
     * Sets the clock that gives rows their time and files their age. The default is the system's
     * clock.
     *
     * @param clock a clock
     * @return this builder
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    private static long atLeastOne(String name, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + ": found " + value + ", expected at least 1");
      }
      return value;
    }

    private static Duration positive(Duration time) {
      Objects.requireNonNull(time, "time");
      if (time.isNegative() || time.isZero()) {
        throw new IllegalArgumentException("time: found " + time + ", expected more than zero");
      }
      return time;
    }

    /**
     * Makes and locks the folder, cuts off what an earlier process had not acknowledged, and starts
     * the log's thread.
     *
     * @return a log; the caller closes it after every model that it listens to
     * @throws DataException if another log writes to the folder, or the folder cannot be written
     * @throws IllegalStateException if rows shall be compressed and {@code arrow-compression} is
     *     missing
     */
    public PredictionLog start() {
      LogSettings settings =
          new LogSettings(
              folder,
              allocator,
              keys,
              features,
              outputs,
              digests,
              OptionalZstd.codec(compressed),
              withholdBelow,
              traceIds,
              rotateBytes,
              rotateAfter,
              keepFor,
              keepBytes,
              acknowledgeEvery,
              queueRows,
              blockFor,
              clock);
      try {
        PredictionLog log = new PredictionLog(settings, LogFiles.open(settings));
        log.worker.start();
        return log;
      } catch (FileAlreadyExistsException e) {
        throw new DataException(
            folder + ": found a file, expected a folder for the prediction log; name another", e);
      } catch (IOException e) {
        throw new DataException(folder + ": cannot start a prediction log: " + e, e);
      }
    }
  }
}

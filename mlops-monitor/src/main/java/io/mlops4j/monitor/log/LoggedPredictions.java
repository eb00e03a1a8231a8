package io.mlops4j.monitor.log;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.log.file.Selection;
import io.mlops4j.monitor.log.file.Selection.KeyValue;
import io.mlops4j.monitor.log.row.RowBlock;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledged rows of a prediction log, or a selection of them. It holds no file open between
 * calls, sees what a running log has acknowledged by the time of each call, and only reads.
 * Immutable and thread safe.
 *
 * <p>Rows whose bytes are damaged are skipped, logged and counted by {@link #damagedRows}. All
 * methods that read throw {@link io.mlops4j.error.DataException} if the folder or a file cannot be
 * read at all.
 */
public final class LoggedPredictions {
  private final Path folder;
  private final BufferAllocator allocator;
  private final Selection selection;
  private final AtomicLong damagedRows;

  LoggedPredictions(Path folder, BufferAllocator allocator) {
    this(folder, allocator, Selection.ALL, new AtomicLong());
  }

  private LoggedPredictions(
      Path folder, BufferAllocator allocator, Selection selection, AtomicLong damagedRows) {
    this.folder = folder;
    this.allocator = allocator;
    this.selection = selection;
    this.damagedRows = damagedRows;
  }

  private LoggedPredictions with(Selection narrower) {
    return new LoggedPredictions(folder, allocator, narrower, damagedRows);
  }

  /**
   * Selects the rows from a time on.
   *
   * @param time the earliest time
   * @return a narrower selection
   */
  public LoggedPredictions from(Instant time) {
    return with(selection.from(RowBlock.micros(Objects.requireNonNull(time, "time"))));
  }

  /**
   * Selects the rows before a time.
   *
   * @param time the first time that is too late
   * @return a narrower selection
   */
  public LoggedPredictions until(Instant time) {
    return with(selection.until(RowBlock.micros(Objects.requireNonNull(time, "time"))));
  }

  /**
   * Selects the rows of some versions.
   *
   * @param versions whether the rows of a version are wanted; asked once for each file
   * @return a narrower selection
   */
  public LoggedPredictions servedBy(Predicate<? super ServedBy> versions) {
    return with(selection.versions(Objects.requireNonNull(versions, "versions")));
  }

  /**
   * Selects rows by their ids, in place of an earlier selection of ids.
   *
   * @param ids the ids of predictions
   * @return a narrower selection
   */
  public LoggedPredictions only(PredictionId... ids) {
    Set<String> texts =
        Arrays.stream(ids).map(PredictionId::toString).collect(Collectors.toUnmodifiableSet());
    return with(selection.ids(texts));
  }

  /**
   * Reads the selected rows, file by file in the order in which the files were begun. Batches are
   * of one version and one set of columns each; the next one may have others.
   *
   * @return a reader with one pass, which the caller closes
   */
  public FeatureReader read() {
    return new LoggedReader(blocks(selection));
  }

  private LoggedBlocks blocks(Selection rows) {
    return new LoggedBlocks(folder, allocator, rows, damagedRows);
  }

  /**
   * Finds a prediction among the selected rows. Reads only blocks that can hold it.
   *
   * @param id its id
   * @return the row; empty if it was not logged, or is gone
   */
  public Optional<LoggedPrediction> find(PredictionId id) {
    Objects.requireNonNull(id, "id");
    Set<String> selected = selection.ids();
    if (selected != null && !selected.contains(id.toString())) {
      return Optional.empty();
    }
    try (LoggedBlocks blocks = blocks(selection.ids(Set.of(id.toString())))) {
      return all(blocks).stream().findFirst();
    }
  }

  /**
   * Finds the predictions of a key among the selected rows. Reads only blocks that can hold it.
   *
   * @param column a key column of the log
   * @param value its value; whole numbers as decimal text, bytes as lower-case hexadecimal text
   * @return all rows of the key, in the order of the files
   * @throws IllegalArgumentException if no file has such a key column
   */
  public List<LoggedPrediction> find(String column, String value) {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(value, "value");
    try (LoggedBlocks blocks = blocks(selection.key(new KeyValue(column, value)))) {
      List<LoggedPrediction> found = all(blocks);
      if (found.isEmpty()) {
        checkKey(column);
      }
      return found;
    }
  }

  private void checkKey(String column) {
    try (LoggedBlocks blocks = blocks(selection)) {
      Set<String> keys = blocks.keys(column);
      if (!keys.isEmpty() && !keys.contains(column)) {
        throw new IllegalArgumentException(
            "column: found \"%s\", expected a key column of the log, one of %s"
                .formatted(column, keys));
      }
    }
  }

  /**
   * Finds the predictions of a trace among the selected rows. Reads only blocks that can hold it.
   *
   * @param traceId the id of a trace, as {@link LoggedPrediction#traceId} has it
   * @return all rows of the trace, in the order of the files
   */
  public List<LoggedPrediction> findTrace(String traceId) {
    Objects.requireNonNull(traceId, "traceId");
    try (LoggedBlocks blocks = blocks(selection.trace(traceId))) {
      return all(blocks);
    }
  }

  private static List<LoggedPrediction> all(LoggedBlocks blocks) {
    List<LoggedPrediction> found = new ArrayList<>();
    blocks.forEach(
        (schema, root) -> {
          for (int row = 0; row < root.getRowCount(); row++) {
            found.add(LoggedRows.of(schema, root, row));
          }
        });
    return List.copyOf(found);
  }

  /**
   * Calls the models again with the selected rows, call by call, and compares every logged output
   * bit for bit. Rows of micro-batches run alone, and a call larger than 8 MB in several parts.
   *
   * @param models gives the model of a version, once for each version; null if there is none. The
   *     models stay the caller's to close. They must not be listened to by a log, or the replay is
   *     logged too
   * @return what was equal, different and not replayable
   */
  public Replay replay(Function<? super ServedBy, ? extends @Nullable Model> models) {
    Replayer replayer = new Replayer(Objects.requireNonNull(models, "models"), allocator);
    AtomicLong damaged = new AtomicLong();
    try (LoggedBlocks blocks = new LoggedBlocks(folder, allocator, selection, damaged)) {
      blocks.forEach(replayer::add);
    }
    damagedRows.addAndGet(damaged.get());
    return replayer.result(damaged.get());
  }

  /**
   * Returns how many rows were found damaged so far, by this selection and those that it was made
   * from. A row that is read twice counts twice.
   *
   * @return 0 unless a file was damaged
   */
  public long damagedRows() {
    return damagedRows.get();
  }
}

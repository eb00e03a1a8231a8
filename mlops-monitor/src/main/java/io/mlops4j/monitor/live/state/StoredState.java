package io.mlops4j.monitor.live.state;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.internal.OwnedFolder;
import io.mlops4j.monitor.live.state.StateFile.Kind;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state that an earlier process left in a folder. It is read in this order: {@link #restore},
 * {@link #replay}, {@link #begin}. Not thread safe.
 */
public final class StoredState implements AutoCloseable {
  static final BinaryFrame SNAPSHOT =
      new BinaryFrame(
          "snapshot in a monitor's folder",
          0x4d4c4d46, // "MLMF"
          1,
          1,
          "a monitor with stateIn(folder)",
          "the snapshot before it is read");

  /** Gets a record of the journal; covered if the snapshot has it, apart from its labels. */
  public interface Records {
    void record(byte[] record, boolean covered);
  }

  private final OwnedFolder owned;
  private final Output.Maker files;
  private final List<String> problems = new ArrayList<>();
  private long number;
  private long applied;
  private long tornBytes;

  private StoredState(OwnedFolder owned, Output.Maker files) {
    this.owned = owned;
    this.files = files;
  }

  /**
   * Makes the folder if it is absent, locks it, and removes what a crash left behind.
   *
   * @param files how files are made
   * @throws DataException if another process writes there, or the folder cannot be written
   */
  public static StoredState open(Path path, Output.Maker files) {
    try {
      OwnedFolder owned = StateFolder.lock(path);
      try {
        clean(path);
        return new StoredState(owned, files);
      } catch (IOException | RuntimeException e) {
        owned.close();
        throw e;
      }
    } catch (IOException e) {
      throw new DataException(
          "%s: cannot hold the state of a monitor: %s; use a folder that this process can write"
              .formatted(path, e),
          e);
    }
  }

  private static void clean(Path path) throws IOException {
    try (Stream<Path> all = Files.list(path)) {
      for (Path file : all.toList()) {
        if (file.toString().endsWith(StateFile.NEW)) {
          Files.delete(file);
        }
      }
    }
  }

  public Path path() {
    return owned.path();
  }

  private List<Long> numbers(Kind kind) {
    try {
      return StateFile.numbers(owned.path(), kind);
    } catch (IOException e) {
      throw new DataException(owned.path() + ": cannot list the folder: " + e, e);
    }
  }

  /**
   * Reads the newest snapshot that can be read.
   *
   * @param read reads the state; it throws a DataException if the state is damaged
   * @return null if the folder has no snapshot
   * @throws DataException if the folder has snapshots, and none of them can be read
   */
  public <T> @Nullable T restore(Function<byte[], T> read) {
    List<Long> oldestFirst = numbers(Kind.SNAPSHOT);
    for (int i = oldestFirst.size() - 1; i >= 0; i--) {
      Path file = new StateFile(Kind.SNAPSHOT, oldestFirst.get(i)).in(owned.path());
      try {
        T state = read.apply(state(file));
        number = oldestFirst.get(i);
        return state;
      } catch (IOException | DataException e) {
        problems.add(file.getFileName() + " cannot be read: " + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new DataException(
          "%s: found no snapshot that can be read, expected one: %s; restore the folder from a copy, or use another folder and begin without state"
              .formatted(owned.path(), String.join("; ", problems)),
          null);
    }
    return null;
  }

  private byte[] state(Path file) throws IOException {
    long size = Files.size(file);
    if (size > Integer.MAX_VALUE - 64) {
      throw new IOException("found " + size + " bytes, expected fewer than 2 GiB");
    }
    return StateReader.read(
        SNAPSHOT,
        Files.readAllBytes(file),
        in -> {
          applied = in.count();
          return in.bytes();
        });
  }

  /** The number of labels that the snapshot has. */
  public long applied() {
    return applied;
  }

  /**
   * Reads the journal, oldest record first. Damaged records are left out and reported.
   *
   * @throws DataException if a file of the journal cannot be read
   */
  public void replay(Records records) {
    List<Long> oldestFirst = numbers(Kind.JOURNAL);
    for (long one : oldestFirst) {
      Path file = new StateFile(Kind.JOURNAL, one).in(owned.path());
      try (JournalReader reader = new JournalReader(file)) {
        reader.forEach(record -> records.record(record, one < number));
        if (reader.damaged() > 0) {
          problems.add(
              "%s has %d damaged bytes; their records are left out"
                  .formatted(file.getFileName(), reader.damaged()));
        }
        tornBytes += reader.torn();
      } catch (IOException e) {
        throw new DataException(file + ": cannot read the journal: " + e, e);
      }
    }
  }

  /** What could not be read, in words. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** The bytes that an earlier process had not acknowledged when it ended. */
  public long tornBytes() {
    return tornBytes;
  }

  /**
   * Hands the folder over for writing. Close this only if it was not handed over.
   *
   * @param labels the number of labels that were ever added to the journal
   */
  public StateFolder begin(long labels) {
    List<Long> journal = numbers(Kind.JOURNAL);
    long last =
        Stream.of(Kind.values()).flatMap(kind -> numbers(kind).stream()).reduce(0L, Math::max);
    return new StateFolder(
        owned, files, number, last, labels, journal.isEmpty() ? last + 1 : journal.get(0));
  }

  @Override
  public void close() {
    StateFolder.closeQuietly(owned);
  }
}

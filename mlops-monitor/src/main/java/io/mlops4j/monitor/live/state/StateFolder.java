package io.mlops4j.monitor.live.state;

import io.mlops4j.monitor.internal.OwnedFolder;
import io.mlops4j.monitor.live.state.StateFile.Kind;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Supplier;

/**
 * The folder of a running monitor's state: the two newest snapshots, and the journal since the
 * older one. {@link StoredState} opens it.
 *
 * <p>A snapshot is written under another name, forced, and renamed. It has the number of the file
 * of the journal that was begun for it: with that file and the later ones, the state is complete.
 * If the newest snapshot is damaged, the one before and a longer part of the journal give the same
 * state.
 *
 * <p>Used by one thread at a time, apart from {@link #append}, which any thread may call.
 */
public final class StateFolder implements AutoCloseable {
  /** The frame of a record of the journal. */
  public static final BinaryFrame RECORD =
      new BinaryFrame(
          "record of a monitor's journal",
          0x4d4c4d4a, // "MLMJ"
          6,
          6,
          "a monitor with stateIn(folder)",
          "the next whole record is read");

  private static final long MOST_JOURNAL_BYTES = 1L << 30;

  private final Path path;
  private final Output.Maker files;
  private final Journal journal;
  private OwnedFolder owned;

  /** The two newest snapshots, and the oldest files of the journal that they need. */
  private long previous;

  private long newest;
  private long previousNeeds;
  private long newestNeeds;

  /**
   * @param snapshot the number of the snapshot that was restored, or 0
   * @param last the largest number of a file
   * @param labels the number of labels in the journal so far
   * @param oldest the oldest file of the journal
   */
  StateFolder(
      OwnedFolder owned, Output.Maker files, long snapshot, long last, long labels, long oldest) {
    this.path = owned.path();
    this.owned = owned;
    this.files = files;
    this.journal = new Journal(path, files, last, labels, MOST_JOURNAL_BYTES);
    this.newest = snapshot;
    this.newestNeeds = oldest; // the labels that the snapshot lacks may be in any file
    this.previousNeeds = oldest;
  }

  static OwnedFolder lock(Path path) throws IOException {
    return OwnedFolder.lock(path, "the state of a monitor", "monitor");
  }

  /**
   * Appends records, all of them or none. They survive the end of this process when this returns.
   *
   * @param labels the number of labels in the records
   */
  public void append(long labels, byte[]... records) throws IOException {
    journal.append(labels, records);
  }

  public Path path() {
    return path;
  }

  /** The number of the next label. */
  public long labels() {
    return journal.labels();
  }

  /** The bytes of the journal since the newest snapshot. */
  public long journalBytes() {
    return journal.bytes();
  }

  /** Makes the journal last when the power fails. */
  public void force() throws IOException {
    journal.force();
  }

  /**
   * Begins a snapshot, without waiting for the disk.
   *
   * @param applied the number of labels that the state has
   * @param state returns the state after another file of the journal was begun. It must have all
   *     records of the files before, apart from labels
   * @return the snapshot, to be written before the next one is begun
   */
  public Snapshot begin(long applied, Supplier<byte[]> state) throws IOException {
    Journal.Begun begun = journal.rotate(newest);
    byte[] bytes = new StateWriter(StoredState.SNAPSHOT).put(applied).put(state.get()).toBytes();
    return new Snapshot(begun, applied, bytes);
  }

  /** A snapshot that is in memory. */
  public final class Snapshot {
    private final Journal.Begun begun;
    private final long applied;
    private final byte[] bytes;

    private Snapshot(Journal.Begun begun, long applied, byte[] bytes) {
      this.begun = begun;
      this.applied = applied;
      this.bytes = bytes;
    }

    /** Replaces the older one of the two snapshots. */
    public void write() throws IOException {
      begun.force();
      OwnedFolder.force(path);
      StateFolder.this.write(begun.number(), bytes);
      previous = newest;
      previousNeeds = newestNeeds;
      newest = begun.number();
      newestNeeds = journal.covered(begun, applied);
      deleteOld();
    }
  }

  private void write(long number, byte[] bytes) throws IOException {
    Path target = new StateFile(Kind.SNAPSHOT, number).in(path);
    Path made = target.resolveSibling(target.getFileName() + StateFile.NEW);
    try {
      Files.deleteIfExists(made);
      try (Output out = files.make(made)) {
        out.write(bytes);
        out.force();
      }
      Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      OwnedFolder.deleteQuietly(made);
      throw e;
    }
    OwnedFolder.force(path);
  }

  private void deleteOld() throws IOException {
    for (long one : StateFile.numbers(path, Kind.SNAPSHOT)) {
      if (one != newest && one != previous) {
        Files.deleteIfExists(new StateFile(Kind.SNAPSHOT, one).in(path));
      }
    }
    for (long one : StateFile.numbers(path, Kind.JOURNAL)) {
      if (one < previousNeeds) {
        Files.deleteIfExists(new StateFile(Kind.JOURNAL, one).in(path));
      }
    }
  }

  /** Returns whether the folder is still there. */
  public boolean isThere() {
    return owned.isThere();
  }

  /** Makes and locks the folder again. Take a snapshot next, because all files may be gone. */
  public void remake() throws IOException {
    journal.abandon();
    closeQuietly(owned);
    owned = lock(path);
  }

  static void closeQuietly(OwnedFolder owned) {
    try {
      owned.close();
    } catch (IOException e) {
      // The end of the process releases the lock.
    }
  }

  @Override
  public void close() {
    journal.close();
    closeQuietly(owned);
  }
}

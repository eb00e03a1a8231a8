package io.mlops4j.monitor.live;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.state.StateFolder;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what must survive between two snapshots of the state. Without a folder, and while a
 * journal is replayed, it writes nothing.
 *
 * <p>A labelling thread writes its labels before it hands them over, and both steps are one for
 * other labelling threads, so labels have the same order in the journal and in the hand-off. They
 * are numbered. Every other record states how many labels the monitor had handled before it. A
 * replay therefore handles everything in the same order as the monitor did, and a label that a
 * snapshot has is not handled again.
 */
public final class StateJournal {
  static final byte LABELS = 1;
  static final byte PREDICTED = 2;
  static final byte ALARMS = 3;
  static final byte ACKNOWLEDGED = 4;
  static final byte ENDED = 5;

  /** The frame of the state at the end of a window. */
  static final BinaryFrame WINDOW =
      new BinaryFrame(
          "end of a window in a monitor's journal",
          0x4d4c4d45, // "MLME"
          4,
          4,
          "a monitor with stateIn(folder)",
          "the next end is read");

  /** Each label takes 24 bytes; a record must not have more than {@link StateFolder} reads. */
  private static final int LABELS_OF_A_RECORD = 100_000;

  /** The state at the end of a window may be larger than a record. */
  public static final int BYTES_OF_A_RECORD = 4 << 20;

  /** Half of the longest journal. */
  private static final long MOST_BYTES_FOR_WINDOWS = 512L << 20;

  private final ReentrantLock labelling = new ReentrantLock();
  private volatile @Nullable StateFolder folder;
  private volatile @Nullable Throwable failure;
  private volatile List<NotWatched> problems = List.of();
  private long applied;

  /**
   * Begins to write.
   *
   * @param labels the number of labels that were handled
   */
  void begin(StateFolder to, long labels) {
    applied = labels;
    folder = to;
  }

  /** Notes that labels were handled. Called by the monitor's thread. */
  void handled(Handed item) {
    if (item instanceof Handed.Labels labels && folder != null) {
      applied = labels.upTo();
    }
  }

  /** The number of labels that were handled. Called by the monitor's thread. */
  long applied() {
    return applied;
  }

  /** Writes a record. Called by the monitor's thread, which goes on if the disk is full. */
  void write(byte kind, Consumer<StateWriter> content) {
    write(kind, applied, content);
  }

  /** Writes who acknowledged an incident. Called by any thread. */
  void acknowledged(String incident, String by) {
    write(ACKNOWLEDGED, 0, out -> out.put(incident).put(by));
  }

  private void write(byte kind, long after, Consumer<StateWriter> content) {
    StateFolder to = folder;
    if (to == null) {
      return;
    }
    StateWriter out = new StateWriter(StateFolder.RECORD).put(kind).put(after);
    content.accept(out);
    append(to, out.toBytes());
  }

  /** Writes what has changed at the end of a window, in as many records as it needs. */
  void ended(Consumer<StateWriter> content) {
    StateFolder to = folder;
    if (to == null) {
      return;
    }
    StateWriter out = new StateWriter(WINDOW);
    content.accept(out);
    byte[] whole = out.toBytes();
    if (to.journalBytes() + whole.length > MOST_BYTES_FOR_WINDOWS) {
      // The next snapshot has it, and labels need the rest of the journal.
      failure = new IOException("windows end faster than snapshots of them are stored");
      return;
    }
    List<byte[]> records = new ArrayList<>();
    for (int from = 0; from < whole.length; from += BYTES_OF_A_RECORD) {
      int end = Math.min(whole.length, from + BYTES_OF_A_RECORD);
      records.add(
          new StateWriter(StateFolder.RECORD)
              .put(ENDED)
              .put(applied)
              .put(from)
              .put(whole.length)
              .put(Arrays.copyOfRange(whole, from, end))
              .toBytes());
    }
    append(to, records.toArray(new byte[0][]));
  }

  private void append(StateFolder to, byte[]... records) {
    try {
      to.append(0, records);
    } catch (IOException | RuntimeException | Error e) {
      failure = e; // the next snapshot has it
    }
  }

  /** Publishes the problems of the state, for an incident. */
  void report(List<NotWatched> reasons) {
    problems = List.copyOf(reasons);
  }

  List<NotWatched> problems() {
    return problems;
  }

  /** Returns the failure since this was last called, or null. */
  @Nullable Throwable failure() {
    Throwable last = failure;
    failure = null;
    return last;
  }

  /**
   * Stores labels and hands them over, waiting for room.
   *
   * @throws DataException if they cannot be stored; then none of them was added
   */
  void add(List<Handed.Label> labels, Clock clock, MonitorThread thread) {
    StateFolder to = folder;
    if (to == null) {
      thread.add(new Handed.Labels(labels, clock.instant(), 0));
      return;
    }
    try {
      labelling.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while handing over to the monitor", e);
    }
    try {
      thread.checkOpen();
      Instant at = clock.instant();
      store(to, labels, at);
      thread.add(new Handed.Labels(labels, at, to.labels()));
    } finally {
      labelling.unlock();
    }
  }

  private static void store(StateFolder to, List<Handed.Label> labels, Instant at) {
    long first = to.labels();
    List<byte[]> records = new ArrayList<>();
    for (int from = 0; from < labels.size(); from += LABELS_OF_A_RECORD) {
      int end = Math.min(labels.size(), from + LABELS_OF_A_RECORD);
      StateWriter out = new StateWriter(StateFolder.RECORD).put(LABELS).put(first + from).put(at);
      out.each(
          labels.subList(from, end),
          (to1, label) -> to1.put(label.key().high()).put(label.key().low()).put(label.value()));
      records.add(out.toBytes());
    }
    try {
      to.append(labels.size(), records.toArray(new byte[0][]));
    } catch (IOException e) {
      throw new DataException(
          "labels: cannot store them: "
              + e.getMessage()
              + "; none was added, so add them again when the folder of the state can be written",
          e);
    }
  }
}

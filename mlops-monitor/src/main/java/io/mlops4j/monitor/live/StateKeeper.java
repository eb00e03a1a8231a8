package io.mlops4j.monitor.live;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.internal.Failures;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.state.StateDisk;
import io.mlops4j.monitor.live.state.StateFolder;
import io.mlops4j.monitor.live.state.StateSettings;
import io.mlops4j.monitor.live.state.StoredState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the state of a monitor in a folder: snapshots at times, and a journal between them. Used
 * by the monitor's thread, once it is open.
 *
 * <p>A snapshot is due after an interval, and when the journal is larger than the last snapshot.
 * The monitor's thread makes its bytes, and a {@link StateDisk} writes them. Snapshots that follow
 * on each other take at most a twentieth of the time. After a failure, the next attempt follows a
 * second later.
 */
public final class StateKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.mlops4j.monitor.ModelMonitor");
  private static final long BEAT = 1_000_000_000;
  private static final long SHARE = 20;
  private static final long LEAST_JOURNAL_BYTES = 64L << 20;

  /** What the parts of a monitor with a folder have in common. */
  record Context(
      MonitorSettings settings, StateSettings state, StateJournal journal, Failures failures) {
    long nanoTime() {
      return state.nanoTime().getAsLong();
    }

    /** The largest long for more than 292 years. */
    long everyNanos() {
      return TimeUnit.NANOSECONDS.convert(state.every());
    }
  }

  /** How the state is stored, as of the newest attempt; a problem is null if there is none. */
  public record Status(
      Path folder,
      Instant newest,
      long snapshotBytes,
      long journalBytes,
      long tornBytes,
      List<String> damages,
      @Nullable String problem) {}

  private final Context context;
  private final MonitorBytes bytes;
  private final MonitorLoop loop;
  private final StateFolder folder;
  private final StateDisk disk;
  private final long firstRows;
  private long beat;
  private long stored;
  private long took;

  /** The labels that no file may have, because the folder vanished; 0 after a snapshot has them. */
  private long unstored;

  /** The labels of the newest snapshot that was begun. */
  private long begunWith;

  private volatile Status status;

  private StateKeeper(
      Context context, MonitorLoop loop, StateFolder folder, long tornBytes, List<String> damages) {
    this.context = context;
    this.bytes = new MonitorBytes(context.settings());
    this.loop = loop;
    this.folder = folder;
    this.disk = new StateDisk(context.state().apart());
    this.firstRows = loop.counts().rows();
    this.status = new Status(folder.path(), Instant.EPOCH, 0, 0, tornBytes, damages, null);
  }

  /**
   * Restores the state of a folder, and begins to store.
   *
   * @param fresh makes a loop without state
   * @param given makes the loop with the state of the snapshot that the application gave, or null
   * @throws DataException if the folder's state cannot be read or written
   * @throws IllegalArgumentException if the state belongs to other settings, or two states are
   *     given
   */
  static StateKeeper open(
      Context context, Supplier<MonitorLoop> fresh, @Nullable Supplier<MonitorLoop> given) {
    StoredState stored = StoredState.open(context.state().folder(), context.state().files());
    try {
      MonitorBytes bytes = new MonitorBytes(context.settings());
      MonitorLoop restored = stored.restore(state -> bytes.read(state, fresh));
      if (restored != null && given != null) {
        throw new IllegalArgumentException(
            "restore: found state in "
                + stored.path()
                + ", expected a folder without; leave out restore(...) or stateIn(...)");
      }
      MonitorLoop loop =
          restored != null ? restored : Objects.requireNonNullElse(given, fresh).get();
      StateReplay replay = new StateReplay(loop, stored.applied());
      stored.replay(replay);
      long labels = replay.end();
      loop.restored();
      List<String> damages = Stream.concat(stored.problems().stream(), replay.problems()).toList();
      damages.forEach(damage -> LOG.warn("{}: {}", stored.path(), damage));
      StateFolder folder = stored.begin(labels);
      context.journal().begin(folder, labels);
      StateKeeper keeper = new StateKeeper(context, loop, folder, stored.tornBytes(), damages);
      keeper.storeFirst();
      return keeper;
    } catch (RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  private void storeFirst() {
    try {
      Begun first = begun();
      first.run();
      first.stored();
    } catch (IOException e) {
      throw new DataException(
          "%s: cannot store the state of a monitor: %s; use a folder that this process can write"
              .formatted(folder.path(), e),
          e);
    }
  }

  MonitorLoop loop() {
    return loop;
  }

  /** How the state is stored; for any thread. */
  Status status() {
    Status last = status;
    return new Status(
        last.folder(),
        last.newest(),
        last.snapshotBytes(),
        folder.journalBytes(),
        last.tornBytes(),
        last.damages(),
        last.problem());
  }

  /** The time until {@link #tick} has work to do. */
  long nanosUntilDue() {
    return BEAT;
  }

  /** Notes that an item was handled. */
  void handled(Handed item) {
    context.journal().handled(item);
  }

  /** Stores what is due. Called after each item and at least every second. */
  void tick() {
    disk.finish();
    long now = context.nanoTime();
    Throwable failure = context.journal().failure();
    if (failure != null) {
      problem(failure);
    }
    if (now - beat >= BEAT && !disk.isBusy()) {
      beat = now;
      beat(now);
    }
    if (isDue(now) && !disk.isBusy()) {
      begin();
    }
  }

  /** A snapshot that is due forces the journal, too, so it need not wait for a slow disk twice. */
  private void beat(long now) {
    try {
      if (folder.isThere()) {
        if (!isDue(now)) {
          disk.start(folder::force, () -> {}, this::problem);
        }
        return;
      }
      problem(new IOException("the folder vanished"));
      folder.remake();
      unstored = folder.labels(); // some may wait in the hand-off, and are in no snapshot yet
    } catch (IOException | RuntimeException | Error e) {
      problem(e);
    }
  }

  private boolean isDue(long now) {
    long since = now - stored;
    if (begunWith < unstored && context.journal().applied() >= unstored) {
      return true; // at once, but after a failure no more often than others
    }
    if (status.problem() != null) {
      return since >= BEAT;
    }
    boolean isLong = folder.journalBytes() > Math.max(LEAST_JOURNAL_BYTES, status.snapshotBytes());
    return since >= SHARE * took && (isLong || since >= context.everyNanos());
  }

  /** Stores a snapshot now, and waits for the disk. */
  void store() {
    disk.await();
    begin();
    disk.await();
  }

  private void begin() {
    try {
      Begun begun = begun();
      disk.start(begun, begun::stored, this::failed);
    } catch (IOException | RuntimeException | Error e) { // memory may not do for a snapshot
      failed(e);
    }
  }

  private Begun begun() throws IOException {
    return new Begun(context.nanoTime());
  }

  private void failed(Throwable e) {
    stored = context.nanoTime();
    problem(e);
  }

  /** A snapshot whose bytes are in memory. */
  private final class Begun implements StateDisk.Work {
    private final long start;
    private final StateFolder.Snapshot snapshot;
    private final Instant at = context.settings().clock().instant();
    private final long applied = context.journal().applied();
    private int size;

    Begun(long start) throws IOException {
      this.start = start;
      this.snapshot =
          folder.begin(
              applied,
              () -> {
                byte[] state = bytes.write(loop);
                size = state.length;
                return state;
              });
      begunWith = applied;
    }

    @Override
    public void run() throws IOException {
      snapshot.write();
    }

    void stored() {
      stored = context.nanoTime();
      took = stored - start;
      if (applied < unstored) {
        return; // the problem goes on until the labels are handled
      }
      unstored = 0;
      if (status.problem() != null) {
        LOG.info("{}: the state is stored again", folder.path());
      }
      report(at, size, null);
    }
  }

  private void problem(Throwable e) {
    context.failures().add(folder.path() + ": cannot store the state of the monitor", e);
    String why = e.getMessage() == null ? e.toString() : e.getMessage();
    report(status.newest(), status.snapshotBytes(), why);
  }

  private void report(Instant newest, long snapshotBytes, @Nullable String problem) {
    status =
        new Status(
            folder.path(), newest, snapshotBytes, 0, status.tornBytes(), status.damages(), problem);
    List<NotWatched> reasons = new ArrayList<>();
    if (problem != null) {
      reasons.add(notWatched("cannot be stored: " + problem + "; tried again every second"));
    }
    if (loop.counts().rows() == firstRows) { // until an incident can name a version
      status.damages().forEach(damage -> reasons.add(notWatched(damage)));
    }
    context.journal().report(reasons);
  }

  private static NotWatched notWatched(String reason) {
    return new NotWatched("state", reason);
  }

  /** Stores the last snapshot. */
  @Override
  public void close() {
    store();
    folder.close();
    disk.close();
  }
}

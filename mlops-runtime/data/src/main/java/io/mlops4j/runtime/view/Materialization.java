package io.mlops4j.runtime.view;

import io.mlops4j.registry.Progress;
import io.mlops4j.registry.ProgressListener;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The result of writing the newest rows of a view to an online store. Immutable and thread safe.
 *
 * <p>A materialization reads the whole view, takes the newest row of each key at one time, and
 * writes them in batches in the order of their keys. Rows that are newer in the store stay. It can
 * be repeated: writing a row again changes nothing. After each batch the store gets a note of how
 * far it came. If the process ends before the last batch, the next materialization of the same time
 * and the same rows continues after the last note.
 *
 * @param view the view
 * @param until the time whose newest rows were written
 * @param keys the keys with a row at this time
 * @param written the rows that the store took
 * @param older the rows that the store did not take, because it has a newer or an equal one
 * @param resumed the keys that an interrupted materialization had written before
 * @param unusable the rows of the view without key or event time, which were left out
 */
public record Materialization(
    FeatureView view,
    Instant until,
    long keys,
    long written,
    long older,
    long resumed,
    long unusable) {
  /**
   * Checks the parts.
   *
   * @param view the view
   * @param until the time whose newest rows were written
   * @param keys the keys with a row at this time
   * @param written the rows that the store took
   * @param older the rows that the store did not take
   * @param resumed the keys that were written before
   * @param unusable the rows without key or event time
   */
  public Materialization {
    Objects.requireNonNull(view, "view");
    Objects.requireNonNull(until, "until");
  }

  /**
   * Starts a materialization.
   *
   * @param view the view
   * @param store the store
   * @return a builder
   */
  public static Builder builder(FeatureView view, OnlineStore store) {
    return new Builder(
        Objects.requireNonNull(view, "view"), Objects.requireNonNull(store, "store"));
  }

  /** The time, the size of batches and the listener. Not thread safe. */
  public static final class Builder {
    /** Notes of jobs that nobody continues are deleted with expired rows. */
    private static final Duration NOTE_LIVES = Duration.ofDays(7);

    private final FeatureView view;
    private final OnlineStore store;
    private Clock clock = Clock.systemUTC();
    private @Nullable Instant until;
    private int batchRows = 1_000;
    private ProgressListener listener = now -> {};

    private Builder(FeatureView view, OnlineStore store) {
      this.view = view;
      this.store = store;
    }

    /**
     * Sets the time whose newest rows are written; now unless set. Rows that happened or became
     * known later are left out, and so are rows whose time to live had passed. A job that shall
     * continue after a kill needs the same time again.
     *
     * @param time the time
     * @return this
     * @throws IllegalArgumentException if it is more than 290 000 years from 1970
     */
    public Builder until(Instant time) {
      this.until = Objects.requireNonNull(time, "time");
      Times.micros(time); // refuses other years
      return this;
    }

    /**
     * Sets how many rows are written at once; 1000 unless set.
     *
     * @param rows 1 to 100 000
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder batchRows(int rows) {
      if (rows < 1 || rows > 100_000) {
        throw new IllegalArgumentException("rows: found " + rows + ", expected 1 to 100000");
      }
      this.batchRows = rows;
      return this;
    }

    /**
     * Sets who is notified after each batch; {@code done} and {@code total} are keys. An exception
     * of the listener ends the job, which can be continued.
     *
     * @param listener the listener
     * @return this
     */
    public Builder onProgress(ProgressListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Sets the clock from which "now" is taken; the system's unless set.
     *
     * @param clock the clock
     * @return this
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Reads the view, and writes its newest rows.
     *
     * @return what was written
     * @throws io.mlops4j.error.DataException if rows cannot be read, a type does not fit, rows of
     *     the same keys and times differ, or the store cannot be reached. The store then has some
     *     of the rows, and each of them is complete
     */
    public Materialization run() {
      Instant time = until == null ? clock.instant() : until;
      try (Offline offline = Offline.open()) {
        Events events = ViewRows.of(offline, view, null);
        NewestRows newest = NewestRows.of(offline, events, Times.micros(time));
        offline.requireUnchanged();
        return write(offline, newest, time);
      }
    }

    private Materialization write(Offline offline, NewestRows newest, Instant time) {
      String what = "view " + view.name();
      String order = " ORDER BY " + newest.events().keys("");
      String note = time + " " + fingerprint(offline, newest);
      long from = noted(note, newest.keys());
      long written = 0;
      NewestRows.Reader reader = new NewestRows.Reader(newest.events());
      List<OnlineStore.Row> batch = new ArrayList<>(batchRows);
      long done = from;
      try (Statement statement = offline.connection().createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT "
                      + NewestRows.plain(newest.events(), "")
                      + " FROM "
                      + newest.table()
                      + order
                      + " OFFSET "
                      + from)) {
        while (rows.next()) {
          batch.add(reader.row(rows));
          if (batch.size() == batchRows) {
            written += store.write(view.stored(), batch);
            done += batch.size();
            batch.clear();
            note(note, time, done);
            listener.onProgress(new Progress(what, done, newest.keys(), 0, 0));
          }
        }
      } catch (SQLException e) {
        throw Offline.failed(what, e);
      }
      if (!batch.isEmpty()) {
        written += store.write(view.stored(), batch);
        done += batch.size();
        note(note, time, done);
        listener.onProgress(new Progress(what, done, newest.keys(), 0, 0));
      }
      return new Materialization(
          view, time, newest.keys(), written, done - from - written, from, newest.unusable());
    }

    /** Returns a number that other rows change. */
    private static String fingerprint(Offline offline, NewestRows newest) {
      return Long.toHexString(
          offline
              .numbers(
                  "view " + newest.events().view().name(),
                  "SELECT CAST(bit_xor(hash(r)) >> 1 AS BIGINT) FROM " + newest.table() + " r")[0]);
    }

    private String notes() {
      return view.stored() + "#materialized";
    }

    /** Returns how many keys are written; a job that was complete starts from the beginning. */
    private long noted(String note, long keys) {
      OnlineStore.Row row = store.read(notes(), List.of(note)).get(note);
      long done = row == null ? 0 : ByteBuffer.wrap(row.content()).getLong();
      return done >= keys ? 0 : done;
    }

    private void note(String note, Instant time, long done) {
      byte[] content = ByteBuffer.allocate(Long.BYTES).putLong(done).array();
      long now = Times.micros(clock.instant());
      store.write(
          notes(),
          List.of(
              new OnlineStore.Row(
                  note, Times.micros(time), 0, now + Times.micros(NOTE_LIVES), content)));
    }
  }

  /**
   * Returns the counts as text.
   *
   * @return one line
   */
  @Override
  public String toString() {
    return List.of(
            view + " at " + until + ": " + keys + " keys",
            written + " written",
            older + " not newer than the store's",
            resumed + " written before",
            unusable + " rows without key or time")
        .stream()
        .collect(Collectors.joining(", "));
  }
}

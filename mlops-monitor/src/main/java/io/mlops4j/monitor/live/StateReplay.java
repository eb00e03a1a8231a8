package io.mlops4j.monitor.live;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.LabelKey;
import io.mlops4j.monitor.live.state.StateFolder;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StoredState;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** Handles the records of a journal again, in the order in which the monitor handled them. */
final class StateReplay implements StoredState.Records {
  private final MonitorLoop loop;
  private final Deque<Handed.Labels> waiting = new ArrayDeque<>();
  private final ByteArrayOutputStream ended = new ByteArrayOutputStream(); // of several records
  private long labels;
  private long lost;
  private long unreadable;

  /**
   * @param applied the number of labels that the snapshot has
   */
  StateReplay(MonitorLoop loop, long applied) {
    this.loop = loop;
    this.labels = applied;
  }

  @Override
  public void record(byte[] record, boolean covered) {
    try {
      Boolean unused =
          StateReader.read(
              StateFolder.RECORD,
              record,
              in -> {
                byte kind = in.int8();
                if (kind == StateJournal.LABELS) {
                  wait(in.count(), in.time(), in.each(StateReplay::label));
                } else if (covered) {
                  in.skip();
                } else {
                  handleUpTo(in.count());
                  if (kind == StateJournal.ENDED) {
                    readEnded(in.int32(), in.int32(), in.bytes());
                  } else {
                    loop.replay(kind, in);
                  }
                }
                return true;
              });
    } catch (DataException e) {
      unreadable++;
    }
  }

  /** Damaged bytes have no checksum that matches. */
  private void readEnded(int from, int length, byte[] part) {
    if (from == 0) {
      ended.reset();
    }
    ended.writeBytes(part);
    if (from + part.length == length) {
      Boolean unused =
          StateReader.read(
              StateJournal.WINDOW,
              ended.toByteArray(),
              in -> {
                loop.readEnded(in);
                return true;
              });
    }
  }

  private static Handed.Label label(StateReader in) {
    return new Handed.Label(new LabelKey(in.int64(), in.int64()), in.number());
  }

  private void wait(long first, Instant at, List<Handed.Label> found) {
    long end = first + found.size();
    if (end <= labels) {
      return; // the snapshot has them
    }
    lost += Math.max(0, first - labels);
    int known = (int) Math.max(0, labels - first);
    waiting.add(new Handed.Labels(new ArrayList<>(found.subList(known, found.size())), at, end));
    labels = end;
  }

  private void handleUpTo(long applied) {
    for (Handed.Labels next = waiting.peek();
        next != null && next.upTo() <= applied;
        next = waiting.peek()) {
      loop.handle(waiting.remove());
    }
  }

  /** Handles the labels that the monitor had not handled, and returns the number of all labels. */
  long end() {
    handleUpTo(Long.MAX_VALUE);
    return labels;
  }

  /** What could not be handled, in words. */
  Stream<String> problems() {
    return Stream.of(
            lost == 0 ? "" : lost + " labels are missing in the journal; add them again",
            unreadable == 0 ? "" : unreadable + " records of the journal cannot be read")
        .filter(text -> !text.isEmpty());
  }
}

package io.mlops4j.monitor.live.window;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.live.rows.CallBlock;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.Span;
import io.mlops4j.monitor.live.watch.RowWatch;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Handles the calls of a block together where the result is the same as of one call after the
 * other: up to the call that ends a window or a block of the detectors. Used by the monitor's
 * thread only.
 */
public final class BlockSplit {
  private final boolean alike;
  private final boolean byTime;
  private final boolean wholeSeconds;
  private final MonitorTime time;
  private final List<RowWatch> watches;
  private final Consumer<Handed.Answered> handler;
  private final LongConsumer lost;
  private long newestMillis = Long.MIN_VALUE;
  private Instant newest = Instant.EPOCH;
  private int handed; // rows of the block that the handler got

  /**
   * @param alike whether only calls of the same millisecond are handled together, because their
   *     rows wait for labels
   * @param handler takes the rows of some calls, which are valid until it returns
   * @param lost gets the number of rows that the handler did not get, for example because memory
   *     ran out
   */
  public BlockSplit(
      Span window,
      boolean alike,
      MonitorTime time,
      List<RowWatch> watches,
      Consumer<Handed.Answered> handler,
      LongConsumer lost) {
    this.alike = alike;
    this.byTime = window.time() != null;
    this.wholeSeconds = window.hasWholeSeconds();
    this.time = time;
    this.watches = watches;
    this.handler = handler;
    this.lost = lost;
  }

  /** Handles the calls of a block. After an exception, the rows that are left are lost. */
  public void handle(CallBlock block) {
    handed = 0;
    try {
      handleAll(block);
    } catch (RuntimeException | Error e) {
      lost.accept(block.rows() - handed);
      throw e;
    }
  }

  private void handleAll(CallBlock block) {
    int from = 0;
    for (int call = 0; call < block.calls(); ) {
      long room = room(block.servedBy());
      Instant first = at(block, call);
      Instant last = first;
      int end = call + 1;
      while (end < block.calls() && block.end(end - 1) - from < room) {
        Instant next = at(block, end);
        if (!isTogether(last, next)) {
          break;
        }
        last = next;
        end++;
      }
      handle(block, from, block.end(end - 1), first, last);
      from = block.end(end - 1);
      call = end;
    }
  }

  private long room(ServedBy version) {
    long room = Long.MAX_VALUE;
    for (RowWatch watch : watches) {
      room = Math.min(room, watch.room(version));
    }
    return room;
  }

  /** The time of a call; the same object for the same millisecond. */
  private Instant at(CallBlock block, int call) {
    if (block.at(call) != newestMillis) {
      newestMillis = block.at(call);
      newest = Instant.ofEpochMilli(newestMillis);
    }
    return time.of(newest);
  }

  /** Windows of a length of time begin at whole seconds, minutes, hours or days. */
  private boolean isTogether(Instant last, Instant next) {
    return next.equals(last)
        || (!alike
            && !next.isBefore(last)
            && (!byTime || (wholeSeconds && next.getEpochSecond() == last.getEpochSecond())));
  }

  private void handle(CallBlock block, int from, int to, Instant first, Instant last) {
    if (from == 0 && to == block.rows()) {
      handed = to;
      handler.accept(answered(block, block, first, last));
      return;
    }
    CallBlock part = block.another();
    try {
      part.add(block, from, to - from);
      handed = to;
      handler.accept(answered(block, part, first, last));
    } finally {
      part.close();
    }
  }

  private static Handed.Answered answered(
      CallBlock of, CallBlock rows, Instant first, Instant last) {
    return new Handed.Answered(
        of.servedBy(), of.route(), rows.features(), rows.outputs(), null, first, last);
  }
}

package io.mlops4j.monitor.live.alarm;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.internal.OneLine;
import io.mlops4j.monitor.live.rows.ComparedRows;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Raises alarms within a limit, and runs the actions of the application. Alarms are raised by the
 * monitor's thread; any thread may add actions.
 */
public final class AlarmActions {
  private static final Logger LOG = LoggerFactory.getLogger("io.mlops4j.monitor.ModelMonitor");

  /**
   * An action for alarms.
   *
   * @param kind the kind of findings that it is called for; null for all alarms
   */
  private record Receiver(Alarm.@Nullable Kind kind, Consumer<? super Alarm> action) {
    boolean gets(Announcement news) {
      return kind == null ? news.toAll() : news.kinds().contains(kind);
    }
  }

  private final AlarmLimit limit;
  private final Actions actions;
  private final List<Receiver> receivers = new CopyOnWriteArrayList<>();
  private final List<Consumer<? super WindowReport>> windowActions = new CopyOnWriteArrayList<>();
  private final AtomicLong suppressed = new AtomicLong();
  private final List<Runnable> pending = new ArrayList<>(); // of alarms and windows
  private int raised;

  public AlarmActions(AlarmLimit limit, Actions actions) {
    this.limit = limit;
    this.actions = actions;
  }

  /** Adds an action that is called for each incident and when one gets worse. */
  public void onAlarm(Consumer<? super Alarm> action) {
    receivers.add(new Receiver(null, action));
  }

  /** Adds an action that is called for findings of one kind. */
  public void onAlarm(Alarm.Kind kind, Consumer<? super Alarm> action) {
    receivers.add(new Receiver(kind, action));
  }

  public void onWindow(Consumer<? super WindowReport> action) {
    windowActions.add(action);
  }

  /** Returns the number of alarms that were not raised, because there were too many. */
  public long suppressed() {
    return suppressed.get();
  }

  public void write(StateWriter out) {
    out.put(raised).put(suppressed.get());
    limit.write(out);
  }

  /** Replaces the numbers and times of alarms. */
  public void read(StateReader in) {
    raised = in.int32();
    suppressed.set(in.count());
    limit.read(in);
  }

  /** Notes the end of a window, to be announced. */
  public void ended(WindowReport report) {
    pending.add(() -> notify(report));
  }

  /** Announces the alarms and windows since the last call, oldest first. */
  public void announce() {
    List<Runnable> all = List.copyOf(pending);
    pending.clear();
    all.forEach(Runnable::run);
  }

  /** Returns whether another alarm may be raised now. */
  public boolean hasRoom(Instant at) {
    return limit.hasRoom(at);
  }

  /** Raises an alarm for each announcement that an action or the log gets, to be announced. */
  public void raise(List<Announcement> news, Instant at) {
    for (Announcement one : news) {
      if (!one.toAll() && receivers.stream().noneMatch(receiver -> receiver.gets(one))) {
        continue;
      }
      if (limit.allows(at)) {
        raise(one, at);
      } else {
        suppressed.incrementAndGet();
        one.withheld().run();
      }
    }
  }

  private void raise(Announcement news, Instant at) {
    raised++;
    Optional<Alarm.Compared> compared =
        Optional.ofNullable(news.rows()).map(ComparedRows::digested);
    Alarm alarm =
        new Alarm("alarm-" + raised, news.kind(), at, news.incident(), news.evidence(), compared);
    pending.add(
        () -> {
          LOG.atLevel(news.toAll() ? Level.WARN : Level.INFO)
              .log("{}", OneLine.of(alarm.toString()));
          for (Receiver one : receivers) {
            if (one.gets(news)) {
              actions.run(() -> one.action().accept(alarm));
            }
          }
        });
  }

  private void notify(WindowReport report) {
    for (Consumer<? super WindowReport> action : windowActions) {
      actions.run(() -> action.accept(report));
    }
  }
}

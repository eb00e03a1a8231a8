package io.mlops4j.monitor.alarm.episodes;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Episode;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.internal.OneLine;
import io.mlops4j.monitor.state.StateReader;
import io.mlops4j.monitor.state.StateWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raises alarms within a limit, and runs the actions of the application. Alarms are raised by the
 * monitor's thread; any thread may add actions.
 */
public final class AlarmActions {
  private static final Logger LOG = LoggerFactory.getLogger("io.mlops4j.monitor.ModelMonitor");

  private final AlarmLimit limit;
  private final Actions actions;
  private final List<Consumer<? super Alarm>> alarmActions = new CopyOnWriteArrayList<>();
  private final List<Consumer<? super WindowReport>> windowActions = new CopyOnWriteArrayList<>();
  private final AtomicLong suppressed = new AtomicLong();
  private final List<Runnable> pending = new ArrayList<>(); // of alarms and windows
  private int raised;

  public AlarmActions(AlarmLimit limit, Actions actions) {
    this.limit = limit;
    this.actions = actions;
  }

  public void onAlarm(Consumer<? super Alarm> action) {
    alarmActions.add(action);
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

  /** Returns the number of alarms, those that were not raised included. */
  public long decided() {
    return raised + suppressed.get();
  }

  /** Notes the end of a window, to be announced. */
  public void ended(WindowReport report) {
    pending.add(() -> notify(windowActions, report));
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

  /**
   * Raises one alarm for each kind, to be announced.
   *
   * @return the episodes whose alarm was not raised
   */
  public List<Episode> raise(Judged judged, Instant at, List<Episode> news) {
    Map<Alarm.Kind, List<Episode>> byKind =
        news.stream()
            .collect(Collectors.groupingBy(Episode::kind, TreeMap::new, Collectors.toList()));
    List<Episode> withheld = new ArrayList<>();
    byKind.forEach(
        (kind, its) -> {
          if (limit.allows(at)) {
            raise(kind, judged, at, its);
          } else {
            suppressed.incrementAndGet();
            withheld.addAll(its);
          }
        });
    return withheld;
  }

  private void raise(Alarm.Kind kind, Judged judged, Instant at, List<Episode> news) {
    raised++;
    Optional<Alarm.Compared> compared =
        Optional.ofNullable(judged.rows()).map(ComparedRows::digested);
    Alarm alarm = new Alarm("alarm-" + raised, kind, judged.servedBy(), at, news, compared);
    pending.add(
        () -> {
          LOG.warn("{}", OneLine.of(alarm.toString()));
          notify(alarmActions, alarm);
        });
  }

  private <T> void notify(List<Consumer<? super T>> all, T event) {
    for (Consumer<? super T> action : all) {
      actions.run(() -> action.accept(event));
    }
  }
}

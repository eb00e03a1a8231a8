package io.mlops4j.runtime.serving.listening;

import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.ServedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * Notifies listeners. Their exceptions are counted and logged, and never reach a caller. Thread
 * safe.
 */
public final class Listeners {
  private static final long QUIET = TimeUnit.MINUTES.toNanos(1);

  private final CallMeter[] meters;
  private final InferenceListener[] plain;
  private final InferenceListener[] rows;
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong lastLog = new AtomicLong(System.nanoTime() - QUIET);

  /**
   * Listeners that are notified in their order.
   *
   * @param listeners of a model
   */
  public Listeners(List<InferenceListener> listeners) {
    List<CallMeter> metering = new ArrayList<>();
    List<InferenceListener> needRows = new ArrayList<>();
    List<InferenceListener> others = new ArrayList<>();
    for (InferenceListener listener : listeners) {
      if (listener instanceof CallMeter meter) {
        metering.add(meter);
        continue;
      }
      (listener.needsRows() ? needRows : others).add(listener);
      listener.also().ifPresent(also -> (also.needsRows() ? needRows : others).add(also));
    }
    this.meters = metering.toArray(CallMeter[]::new);
    this.plain = others.toArray(InferenceListener[]::new);
    this.rows = needRows.toArray(InferenceListener[]::new);
  }

  /** {@return whether there is no listener} */
  public boolean isEmpty() {
    return plain.length == 0 && rows.length == 0 && meters.length == 0;
  }

  /** {@return whether no listener needs an event} */
  public boolean areMeters() {
    return plain.length == 0 && rows.length == 0 && meters.length > 0;
  }

  /**
   * Notifies the meters of an answer.
   *
   * @param servedBy which model answered
   * @param nanos the time of the call
   */
  public void answered(ServedBy servedBy, long nanos) {
    for (CallMeter meter : meters) {
      meter.answered(servedBy, nanos);
    }
  }

  /**
   * Notifies the meters of a failure.
   *
   * @param servedBy which model should have answered
   */
  public void failed(ServedBy servedBy) {
    for (CallMeter meter : meters) {
      meter.failed(servedBy);
    }
  }

  /** {@return whether a listener needs rows} */
  public boolean needRows() {
    return rows.length > 0;
  }

  /**
   * Notifies the listeners that need no rows.
   *
   * @param event makes one event for all of them, which holds no memory; not called if there are
   *     none
   */
  public void notifyPlain(Supplier<CallEvent> event) {
    if (plain.length > 0) {
      try (CallEvent one = event.get()) {
        for (InferenceListener listener : plain) {
          notify(listener, one);
        }
      }
    }
  }

  /**
   * Notifies the listeners that need rows of a failure, which each of them takes.
   *
   * @param event makes an event for each
   */
  public void notifyRows(Supplier<CallEvent> event) {
    for (InferenceListener listener : rows) {
      send(listener, event);
    }
  }

  /**
   * Notifies the listeners that need rows, and take those of this call.
   *
   * @param route of the call
   * @param call its number
   * @param count its rows
   * @param event makes an event for each
   */
  public void notifyRows(Route route, long call, int count, Supplier<CallEvent> event) {
    for (InferenceListener listener : rows) {
      if (takes(listener, route, call, count)) {
        send(listener, event);
      }
    }
  }

  /**
   * Returns whether records are worth collecting. Several listeners share blocks, so only one is
   * asked.
   *
   * @param route of the call
   * @param call its number
   * @param count its rows
   * @return false if no listener takes them
   */
  public boolean collects(Route route, long call, int count) {
    return rows.length > 1 || (rows.length == 1 && takes(rows[0], route, call, count));
  }

  private boolean takes(InferenceListener listener, Route route, long call, int count) {
    try {
      return listener.takesRows(route, call, count);
    } catch (Throwable e) {
      failed(listener, e);
      return false;
    }
  }

  private void send(InferenceListener listener, Supplier<CallEvent> event) {
    try (CallEvent one = event.get()) {
      listener.onInference(one);
    } catch (Throwable e) { // also if its batches cannot be lent
      failed(listener, e);
    }
  }

  private void notify(InferenceListener listener, CallEvent event) {
    try {
      listener.onInference(event);
    } catch (Throwable e) { // no failure of a listener may reach the caller
      failed(listener, e);
    }
  }

  /** {@return the number of exceptions of listeners} */
  public long failures() {
    return failures.get();
  }

  /**
   * Counts an exception of a listener. Logs at most one a minute.
   *
   * @param listener that failed
   * @param thrown by it
   */
  public void failed(Object listener, Throwable thrown) {
    long count = failures.incrementAndGet();
    long now = System.nanoTime();
    long last = lastLog.get();
    if (now - last >= QUIET && lastLog.compareAndSet(last, now)) {
      LoggerFactory.getLogger(Listeners.class)
          .warn("listener {} failed, {} failures so far; calls go on", listener, count, thrown);
    }
  }
}

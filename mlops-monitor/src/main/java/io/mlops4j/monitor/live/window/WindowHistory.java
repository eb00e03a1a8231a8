package io.mlops4j.monitor.live.window;

import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The newest windows. Written by the monitor's thread, read by any thread. */
public final class WindowHistory {
  static final int MOST_WINDOWS = 1_000;

  /** Bounds windows of many columns: four megabytes. */
  static final int MOST_EFFECTS = 1_000_000;

  private final Deque<WindowEffects> windows = new ArrayDeque<>();
  private long effects;

  public synchronized void add(WindowReport report) {
    add(WindowEffects.of(report, columns()));
  }

  private List<String> columns() {
    WindowEffects newest = windows.peekLast();
    return newest == null ? List.of() : newest.columns();
  }

  private void add(WindowEffects window) {
    windows.addLast(window);
    effects += window.columns().size();
    while (windows.size() > MOST_WINDOWS || (effects > MOST_EFFECTS && windows.size() > 1)) {
      effects -= windows.removeFirst().columns().size();
    }
  }

  /** Oldest first. */
  public synchronized List<WindowEffects> all() {
    return List.copyOf(windows);
  }

  public synchronized void write(StateWriter out) {
    out.each(windows, (to, window) -> window.write(to));
  }

  /** Writes windows that were not added yet. */
  public static void write(List<WindowReport> more, StateWriter out) {
    out.each(more, (to, report) -> WindowEffects.of(report, List.of()).write(to));
  }

  /** Adds the windows that were written. */
  public synchronized void read(StateReader in) {
    in.forEach(each -> add(WindowEffects.read(each, columns())));
  }
}

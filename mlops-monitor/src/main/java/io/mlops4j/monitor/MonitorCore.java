package io.mlops4j.monitor;

import io.mlops4j.monitor.internal.Failures;
import io.mlops4j.monitor.live.alarm.Actions;
import io.mlops4j.monitor.live.alarm.AlarmActions;
import io.mlops4j.monitor.live.intake.CallBudget;
import io.mlops4j.monitor.live.intake.HandOff;
import io.mlops4j.monitor.live.intake.Intake;
import io.mlops4j.monitor.live.rows.CallSampling;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.state.StateSettings;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a running monitor, and their life: intake and hand-off, the loop and its thread, the
 * folder of the state, alarms and their actions. Thread safe.
 */
final class MonitorCore implements AutoCloseable {
  private final MonitorSettings settings;
  private final CallSampling sampling = new CallSampling();
  private final Failures failures = new Failures();
  private final StateJournal journal = new StateJournal();
  private final HandOff handOff;
  private final Intake intake;
  private final Actions actions;
  private final AlarmActions alarms;
  private final @Nullable StateKeeper state;
  private final MonitorLoop loop;
  private final MonitorThread thread;

  private MonitorCore(MonitorSettings settings, byte @Nullable [] restored) {
    this.settings = settings;
    this.handOff = new HandOff(settings.handOffRows());
    this.intake = new Intake(settings.joinsById(), settings.clock(), handOff, sampling);
    this.actions = new Actions(settings.actionLimit(), failures);
    this.alarms = new AlarmActions(settings.alarmLimit(), actions);
    Supplier<MonitorLoop> fresh =
        () -> new MonitorLoop(settings, sampling, failures, alarms, journal);
    Supplier<MonitorLoop> given =
        restored == null ? null : () -> new MonitorBytes(settings).read(restored, fresh);
    StateSettings stored = settings.state();
    this.state =
        stored == null
            ? null
            : StateKeeper.open(
                new StateKeeper.Context(settings, stored, journal, failures), fresh, given);
    if (state != null) {
      this.loop = state.loop();
    } else {
      this.loop = Objects.requireNonNullElse(given, fresh).get();
      this.loop.restored();
    }
    this.thread =
        new MonitorThread(
            handOff,
            loop,
            state,
            failures,
            new CallBudget(
                settings.limit(), settings.handOffRows(), sampling, handOff, intake::dropped));
  }

  /**
   * Starts the threads of a monitor.
   *
   * @param restored a snapshot, or null
   */
  static MonitorCore start(MonitorSettings settings, byte @Nullable [] restored) {
    MonitorCore core = new MonitorCore(settings, restored);
    core.thread.start();
    core.actions.start();
    return core;
  }

  MonitorSettings settings() {
    return settings;
  }

  MonitorLoop loop() {
    return loop;
  }

  Intake intake() {
    return intake;
  }

  AlarmActions alarms() {
    return alarms;
  }

  Failures failures() {
    return failures;
  }

  /** How the state is stored; null if it is not. */
  @Nullable StateStatus state() {
    return state == null ? null : state.status();
  }

  /** Stores labels and hands them over, waiting for room. */
  void add(List<Handed.Label> labels) {
    journal.add(labels, settings.clock(), thread);
  }

  /** The counts of the loop, and those of the parts around it. */
  MonitorCounts counts() {
    MonitorCounts last = loop.counts();
    return new MonitorCounts(
        last.rows(),
        last.shadows(),
        last.unfit(),
        last.discarded(),
        sampling.leftOut(),
        last.dropped() + intake.dropped(),
        intake.failedCalls(),
        intake.emptyCalls(),
        last.clockSetBack(),
        last.labels(),
        alarms.suppressed(),
        failures.count());
  }

  /** The share of the calls whose rows are counted now. */
  double countedShare() {
    return sampling.share();
  }

  /** The rows and labels that wait in the hand-off. */
  long waitingRows() {
    return handOff.rows();
  }

  /**
   * Makes the rows of the newest complete window the reference, and stores the state.
   *
   * @throws IllegalStateException if there is no such window
   */
  void acceptNewest() {
    AtomicReference<@Nullable RuntimeException> refused = new AtomicReference<>();
    thread.run(
        () -> {
          try {
            loop.acceptNewest(settings.clock().instant());
            if (state != null) {
              state.store();
            }
          } catch (IllegalStateException e) {
            refused.set(e);
          }
        });
    RuntimeException why = refused.get();
    if (why != null) {
      throw new IllegalStateException(why.getMessage(), why);
    }
  }

  /** Returns the state as bytes, after everything that was handed over before. */
  byte[] snapshot() {
    AtomicReference<byte @Nullable []> taken = new AtomicReference<>();
    thread.run(() -> taken.set(new MonitorBytes(settings).write(loop)));
    byte[] bytes = taken.get();
    if (bytes == null) {
      throw new IllegalStateException(
          "snapshot: the state could not be written; the log has the reason");
    }
    return bytes;
  }

  /** Waits for everything that was handed over before, and for its actions unless one blocks. */
  void flush() {
    thread.flush();
    try {
      actions.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for actions", e);
    }
  }

  @Override
  public void close() {
    thread.close();
    actions.close();
  }
}

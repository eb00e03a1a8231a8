package io.mlops4j.monitor.live;

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
public final class MonitorCore implements AutoCloseable {
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
  public static MonitorCore start(MonitorSettings settings, byte @Nullable [] restored) {
    MonitorCore core = new MonitorCore(settings, restored);
    core.thread.start();
    core.actions.start();
    return core;
  }

  public MonitorSettings settings() {
    return settings;
  }

  public MonitorLoop loop() {
    return loop;
  }

  public Intake intake() {
    return intake;
  }

  public AlarmActions alarms() {
    return alarms;
  }

  public Failures failures() {
    return failures;
  }

  /** How the state is stored; null if it is not. */
  public StateKeeper.@Nullable Status state() {
    return state == null ? null : state.status();
  }

  /** Stores labels and hands them over, waiting for room. */
  public void add(List<Handed.Label> labels) {
    journal.add(labels, settings.clock(), thread);
  }

  public CallSampling sampling() {
    return sampling;
  }

  /** The rows and labels that wait in the hand-off. */
  public long waitingRows() {
    return handOff.rows();
  }

  /**
   * Makes the rows of the newest complete window the reference, and stores the state.
   *
   * @throws IllegalStateException if there is no such window
   */
  public void acceptNewest() {
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
  public byte[] snapshot() {
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
  public void flush() {
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

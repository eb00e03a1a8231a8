package io.mlops4j.flink;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides for all subtasks at which checkpoint they change to another version. It runs in the job
 * manager. When the alias has moved, all subtasks load the version. The first checkpoint after all
 * have reported that they have is the one at whose barrier they change.
 *
 * <p>Flink sends no barrier before the coordinator's part of the checkpoint is complete, and that
 * waits until all subtasks have confirmed the change. It is not enough that they have received it:
 * a task may see the barrier before it reads its mail. The version is a part of the subtasks'
 * state, so the coordinator has no state: after a restore it reads the alias again. Thread safe.
 */
final class AliasCoordinator implements OperatorCoordinator {
  private static final Logger LOG = LoggerFactory.getLogger(AliasCoordinator.class);

  private final AliasSource alias;
  private final IntSupplier parallelism;

  private final Map<Integer, SubtaskGateway> subtasks = new HashMap<>();
  private final Set<Integer> gone = new HashSet<>();
  private final Set<Integer> prepared = new HashSet<>();
  private final Set<Integer> unconfirmed = new HashSet<>();
  private final List<CompletableFuture<byte[]>> checkpoints = new ArrayList<>();
  private @Nullable PinnedModel wanted;
  private VersionEvent.@Nullable Change decided;
  private String problem = "";

  AliasCoordinator(AliasSource alias, IntSupplier parallelism) {
    this.alias = alias;
    this.parallelism = parallelism;
  }

  @Override
  public void start() {
    alias.repeat(this::look);
  }

  /** Reads the alias. Throws nothing. */
  void look() {
    sendAgain();
    try {
      found(alias.read());
    } catch (RuntimeException e) {
      failed("the alias cannot be read; the job goes on with the version that it has: " + e);
    }
  }

  /** A subtask that has ended before it read its mail is found out by the failure. */
  private synchronized void sendAgain() {
    VersionEvent.Change last = decided;
    if (last != null) {
      Set.copyOf(unconfirmed).forEach(subtask -> send(subtask, last));
    }
  }

  /** Logs a problem once until another one, or none, is found. */
  private synchronized void failed(String found) {
    if (!found.equals(problem)) {
      problem = found;
      LOG.warn("{}", found);
    }
  }

  private synchronized void found(PinnedModel now) {
    VersionEvent.Change last = decided;
    if (last != null && now.equals(last.model())) {
      wanted = null;
    } else if (!now.equals(wanted)) {
      wanted = now;
      prepared.clear();
      sendAll(new VersionEvent.Prepare(now));
    }
  }

  private void sendAll(OperatorEvent event) {
    Set.copyOf(subtasks.keySet()).forEach(subtask -> send(subtask, event));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // what fails is handled
  private void send(int subtask, OperatorEvent event) {
    SubtaskGateway gateway = subtasks.get(subtask);
    if (gateway != null) {
      gateway
          .sendEvent(event)
          .whenComplete(
              (done, failure) -> {
                if (failure != null) {
                  leave(subtask, gateway);
                }
              });
    }
  }

  /** The subtask has ended: nothing has to be prepared there. */
  private synchronized void leave(int subtask, SubtaskGateway gateway) {
    if (subtasks.remove(subtask, gateway)) {
      gone.add(subtask);
      confirmed(subtask);
    }
  }

  @Override
  public synchronized void executionAttemptReady(int subtask, int attempt, SubtaskGateway gateway) {
    subtasks.put(subtask, gateway);
    gone.remove(subtask);
    prepared.remove(subtask);
    if (decided != null) {
      unconfirmed.add(subtask);
      send(subtask, decided);
    }
    if (wanted != null) {
      send(subtask, new VersionEvent.Prepare(wanted));
    }
  }

  @Override
  public synchronized void executionAttemptFailed(
      int subtask, int attempt, @Nullable Throwable reason) {
    forget(subtask);
  }

  @Override
  public synchronized void subtaskReset(int subtask, long checkpoint) {
    forget(subtask);
  }

  private void forget(int subtask) {
    subtasks.remove(subtask);
    gone.remove(subtask);
    prepared.remove(subtask);
    confirmed(subtask); // Flink fails a checkpoint that lacks it
  }

  private void confirmed(int subtask) {
    unconfirmed.remove(subtask);
    if (unconfirmed.isEmpty()) {
      checkpoints.forEach(each -> each.complete(new byte[0]));
      checkpoints.clear();
    }
  }

  @Override
  public synchronized void handleEventFromOperator(int subtask, int attempt, OperatorEvent event) {
    if (event instanceof VersionEvent.Confirmed done) {
      if (done.change().equals(decided)) {
        confirmed(subtask);
      }
      return;
    }
    if (!(event instanceof VersionEvent.Prepared answer) || !answer.model().equals(wanted)) {
      return; // the alias has moved on
    }
    if (answer.problem().isEmpty()) {
      prepared.add(subtask);
    } else {
      wanted = null; // the next look tries it again
      failed(
          "%s cannot be loaded by subtask %d; the job goes on with the version that it has: %s"
              .formatted(answer.model(), subtask, answer.problem()));
    }
  }

  @Override
  public synchronized void checkpointCoordinator(
      long checkpoint, CompletableFuture<byte[]> result) {
    PinnedModel next = wanted;
    if (next != null
        && !subtasks.isEmpty()
        && prepared.containsAll(subtasks.keySet())
        && subtasks.size() + gone.size() >= parallelism.getAsInt()) {
      VersionEvent.Change change = new VersionEvent.Change(checkpoint, next);
      decided = change;
      wanted = null;
      problem = "";
      LOG.info("{} answers behind checkpoint {}", next, checkpoint);
      unconfirmed.addAll(subtasks.keySet());
      sendAll(change);
    }
    if (unconfirmed.isEmpty()) {
      result.complete(new byte[0]);
    } else {
      checkpoints.add(result);
    }
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) {
    // The decision does not depend on it.
  }

  @Override
  public synchronized void resetToCheckpoint(long checkpoint, byte @Nullable [] state) {
    subtasks.clear();
    Set.copyOf(unconfirmed).forEach(this::confirmed);
    gone.clear();
    prepared.clear();
    wanted = null;
    decided = null;
  }

  @Override
  public void close() {
    alias.close();
  }
}

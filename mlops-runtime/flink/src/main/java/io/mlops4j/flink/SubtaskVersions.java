package io.mlops4j.flink;

import io.mlops4j.inference.Model;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The version that answers now, and the one that is to answer behind a later barrier. Used by the
 * thread of the task; threads that load hand over a version.
 */
final class SubtaskVersions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SubtaskVersions.class);

  private final RegistryAddress registry;
  private final Consumer<Model> check;
  private final OperatorEventGateway coordinator;
  private final MailboxExecutor task;
  private TaskManagerModels.Lease current;
  private TaskManagerModels.@Nullable Lease prepared;
  private VersionEvent.@Nullable Change change;
  private boolean closed;

  /**
   * @param check throws if the records of the job do not fit a model
   * @throws io.mlops4j.error.MlopsException if the version cannot be loaded
   */
  SubtaskVersions(
      RegistryAddress registry,
      Consumer<Model> check,
      PinnedModel first,
      OperatorEventGateway coordinator,
      MailboxExecutor task) {
    this.registry = registry;
    this.check = check;
    this.coordinator = coordinator;
    this.task = task;
    current = TaskManagerModels.acquire(registry, first);
  }

  TaskManagerModels.Lease current() {
    return current;
  }

  void handle(VersionEvent event) {
    if (event instanceof VersionEvent.Prepare prepare) {
      load(prepare.model());
    } else if (event instanceof VersionEvent.Change next) {
      change = next;
      coordinator.sendEventToCoordinator(new VersionEvent.Confirmed(next));
      if (!has(next.model())) {
        load(next.model()); // this subtask began after the others had prepared
      }
    }
  }

  private synchronized boolean has(PinnedModel model) {
    TaskManagerModels.Lease next = prepared;
    return current.pinned().equals(model) || (next != null && next.pinned().equals(model));
  }

  /** Loads on a thread of its own, so that the rows go on. */
  private void load(PinnedModel model) {
    Thread thread =
        new Thread(
            () -> {
              TaskManagerModels.Lease lease = null;
              String problem = "";
              try {
                lease = TaskManagerModels.acquire(registry, model);
                check.accept(
                    lease.model()); // at the barrier it would fail the job, and each restart
              } catch (RuntimeException | Error e) {
                problem = e.toString();
                close(lease);
                lease = null;
              }
              report(model, lease, problem);
            },
            "mlops4j-load-" + model.version());
    thread.setDaemon(true);
    thread.start();
  }

  private void report(PinnedModel model, TaskManagerModels.@Nullable Lease lease, String problem) {
    if (lease != null && !keep(lease)) {
      return; // the task has ended
    }
    try {
      task.execute(
          () -> coordinator.sendEventToCoordinator(new VersionEvent.Prepared(model, problem)),
          "mlops4j: a version is loaded");
    } catch (RejectedExecutionException e) {
      LOG.debug("{} is loaded, but the task is ending", model, e);
    }
  }

  /** Not by a mail to the task: the mails of a task that ends are dropped. */
  private synchronized boolean keep(TaskManagerModels.Lease lease) {
    if (closed) {
      lease.close();
      return false;
    }
    close(prepared);
    prepared = lease;
    return true;
  }

  /**
   * Changes the version if it is time.
   *
   * @return whether another version answers from now on
   */
  synchronized boolean changeAt(long checkpoint) {
    VersionEvent.Change next = change;
    if (next == null || checkpoint < next.checkpoint()) {
      return false;
    }
    change = null;
    if (current.pinned().equals(next.model())) {
      return false;
    }
    TaskManagerModels.Lease lease = prepared;
    if (lease == null || !lease.pinned().equals(next.model())) {
      lease = TaskManagerModels.acquire(registry, next.model());
    } else {
      prepared = null;
    }
    current.close();
    current = Objects.requireNonNull(lease);
    return true;
  }

  private static void close(TaskManagerModels.@Nullable Lease lease) {
    if (lease != null) {
      lease.close();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    close(prepared);
    prepared = null;
    current.close();
  }
}

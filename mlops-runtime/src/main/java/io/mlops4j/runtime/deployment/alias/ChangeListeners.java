package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners to the changes of a deployment. They are called one at a time, in the order of the
 * changes, on a thread that may hang. Thread safe.
 */
final class ChangeListeners {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final List<Consumer<? super DeploymentStatus>> listeners;
  private final DeploymentThreads threads;
  private final Deque<DeploymentStatus> pending = new ArrayDeque<>();
  private boolean notifying;

  ChangeListeners(List<Consumer<? super DeploymentStatus>> listeners, DeploymentThreads threads) {
    this.listeners = List.copyOf(listeners);
    this.threads = threads;
  }

  boolean isEmpty() {
    return listeners.isEmpty();
  }

  /**
   * Notifies the listeners, and does not wait for them.
   *
   * @param status reads the status, so that the newest one is told last
   */
  void changed(Supplier<DeploymentStatus> status) {
    synchronized (pending) {
      pending.add(status.get());
      if (notifying) {
        return;
      }
      notifying = true;
    }
    try {
      threads.attempt(this::notifyListeners);
    } catch (RejectedExecutionException closed) {
      notifyListeners(); // on the last thread of a trial
    }
  }

  private void notifyListeners() {
    while (true) {
      DeploymentStatus next;
      synchronized (pending) {
        next = pending.poll();
        if (next == null) {
          notifying = false;
          return;
        }
      }
      for (Consumer<? super DeploymentStatus> listener : listeners) {
        try {
          listener.accept(next);
        } catch (RuntimeException | Error e) {
          LOG.warn("a listener to the changes of a deployment failed", e);
        }
      }
    }
  }
}

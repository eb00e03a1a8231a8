package io.mlops4j.flink;

import io.mlops4j.error.RegistryException;
import io.mlops4j.inference.Model;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of a task manager. A version is loaded once and shared by all subtasks of the JVM. One
 * idle model is kept, for a job that restarts. Loading one version does not hold up the use of
 * another. Thread safe.
 *
 * <p>This is static state. Flink has no object whose life is that of a task manager and that
 * subtasks can reach, and a model for each subtask would take its memory and loading time once per
 * slot. {@link #closeIdle} runs before Flink releases the class loader of the job.
 */
final class TaskManagerModels {
  private static final Logger LOG = LoggerFactory.getLogger(TaskManagerModels.class);
  private static final int IDLE = 1;
  private static final TaskManagerModels SHARED = new TaskManagerModels();

  private final Map<Key, Loaded> models = new LinkedHashMap<>();
  private @Nullable ModelRuntime runtime;
  private int loads;
  private boolean released;

  private record Key(RegistryAddress registry, PinnedModel model) {}

  private static final class Loaded {
    private final FutureTask<Model> task;
    private int users;

    Loaded(FutureTask<Model> task) {
      this.task = task;
    }
  }

  /** A model that is not closed before this lease is. */
  static final class Lease implements AutoCloseable {
    private final Key key;
    private final Loaded loaded;
    private final Model model;
    private final ModelRuntime runtime;
    private boolean closed;

    private Lease(Key key, Loaded loaded, Model model, ModelRuntime runtime) {
      this.key = key;
      this.loaded = loaded;
      this.model = model;
      this.runtime = runtime;
    }

    PinnedModel pinned() {
      return key.model();
    }

    Model model() {
      return model;
    }

    ModelRuntime runtime() {
      return runtime;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        SHARED.release(loaded);
      }
    }
  }

  /**
   * Returns the model, and loads it if this JVM has not.
   *
   * @throws io.mlops4j.error.MlopsException if it cannot be loaded; the next call tries it again
   */
  static Lease acquire(RegistryAddress registry, PinnedModel model) {
    return SHARED.lease(new Key(registry, model));
  }

  /**
   * Closes the models that no subtask uses, and the runtime if no model is left. A model that is in
   * use, or that a thread is still loading for a job that was cancelled, is closed as soon as it is
   * not: no later hook would close it.
   */
  static void closeIdle() {
    SHARED.close();
  }

  /** Returns how many models this JVM has loaded. For tests. */
  static int loads() {
    synchronized (SHARED) {
      return SHARED.loads;
    }
  }

  /** Returns how many models are open. For tests. */
  static int open() {
    synchronized (SHARED) {
      return SHARED.models.size();
    }
  }

  private Lease lease(Key key) {
    Loaded loaded;
    ModelRuntime opened;
    synchronized (this) {
      released = false;
      opened = runtime();
      loaded = models.remove(key);
      if (loaded == null) {
        ModelRuntime with = opened;
        loaded = new Loaded(new FutureTask<>(() -> load(with, key)));
        loads++;
      }
      models.put(key, loaded); // the last one is the youngest
      loaded.users++;
    }
    try {
      loaded.task.run(); // only the first of all calls loads
      return new Lease(key, loaded, loaded.task.get(), opened);
    } catch (ExecutionException e) {
      drop(key, loaded);
      if (e.getCause() instanceof RuntimeException failed) {
        throw failed;
      } else if (e.getCause() instanceof Error failed) {
        throw failed;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      release(loaded);
      Thread.currentThread().interrupt();
      throw new RegistryException(
          key.model() + ": interrupted while another subtask was loading it; the task is ending",
          e);
    }
  }

  private ModelRuntime runtime() {
    ModelRuntime opened = runtime;
    if (opened == null) {
      if (isOfJob("ai.onnxruntime.OrtEnvironment")) {
        LOG.warn(
            "ONNX Runtime belongs to the jar of this job, so the classes of the job stay in memory"
                + " after its end; on a cluster of many jobs, put the jar of onnxruntime into"
                + " Flink's folder lib, and set classloader.parent-first-patterns.additional to"
                + " ai.onnxruntime.");
      }
      opened = ModelRuntime.builder().threads(1).open(); // Flink has a thread for each subtask
      runtime = opened;
    }
    return opened;
  }

  /** Whether a class is loaded again for each job, and not by Flink for all of them. */
  private static boolean isOfJob(String name) {
    try {
      return Class.forName(name, false, TaskManagerModels.class.getClassLoader()).getClassLoader()
          != MailboxExecutor.class.getClassLoader();
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Fetches the bytes, which the registry compares with its manifest. */
  private static Model load(ModelRuntime runtime, Key key) {
    try (ModelRegistry registry = key.registry().open()) {
      Model model = runtime.load(registry, key.model().version());
      String found = model.servedBy().digest().toString();
      if (!found.equals(key.model().digest())) {
        model.close();
        throw new RegistryException(
            "%s: found the digest %s in %s, expected %s; the registry was replaced, restore it or start the job without its state"
                .formatted(key.model().version(), found, key.registry(), key.model().digest()),
            null);
      }
      return model;
    }
  }

  private synchronized void drop(Key key, Loaded failed) {
    models.remove(key, failed);
  }

  private void release(Loaded used) {
    boolean last;
    synchronized (this) {
      used.users--;
      last = released;
    }
    closeIdleBeyond(last ? 0 : IDLE);
  }

  private void close() {
    synchronized (this) {
      released = true;
    }
    closeIdleBeyond(0);
  }

  /** Closes outside of the lock, so that calls of others go on. */
  private void closeIdleBeyond(int kept) {
    List<Model> unused;
    ModelRuntime last = null;
    synchronized (this) {
      unused = idleBeyond(kept);
      if (models.isEmpty()) {
        last = runtime;
        runtime = null;
      }
    }
    unused.forEach(Model::close);
    if (last != null) {
      last.close();
    }
  }

  private List<Model> idleBeyond(int kept) {
    long idle = models.values().stream().filter(each -> each.users == 0).count();
    List<Model> unused = new ArrayList<>();
    Iterator<Loaded> oldest = models.values().iterator();
    while (idle > kept && oldest.hasNext()) {
      Loaded next = oldest.next();
      if (next.users == 0) {
        oldest.remove();
        result(next.task).ifPresent(unused::add);
        idle--;
      }
    }
    return unused;
  }

  /** A task is unfinished only if the one who would have run it was interrupted. */
  private static Optional<Model> result(FutureTask<Model> task) {
    try {
      return task.isDone() ? Optional.of(task.get()) : Optional.empty();
    } catch (ExecutionException | InterruptedException e) {
      return Optional.empty(); // it is not loaded
    }
  }
}

package io.mlops4j.spark;

import io.mlops4j.error.RegistryException;
import io.mlops4j.inference.Model;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The models of an executor. A model is loaded once and shared by all tasks of the JVM. Idle models
 * beyond two are closed. Loading one model does not hold up the use of another. Thread safe.
 *
 * <p>This is static state. Spark has no object whose life is that of an executor and that tasks can
 * reach, and a model for each task would take its memory and loading time once per core.
 */
final class ExecutorModels {
  private static final int IDLE = 2;
  private static final ExecutorModels SHARED = new ExecutorModels();

  private final Map<PinnedModel, Loaded> models = new LinkedHashMap<>();
  private @Nullable ModelRuntime runtime;
  private int loads;

  /** Its users wait for the first one, which loads it. If that fails, the next one tries. */
  private static final class Loaded {
    private int users;
    private @Nullable Model model;

    synchronized Model load(ModelRuntime runtime, PinnedModel pinned) {
      Model loaded = model;
      if (loaded == null) {
        loaded = ExecutorModels.load(runtime, pinned);
        model = loaded;
      }
      return loaded;
    }

    /** Called when nobody uses it. */
    synchronized void close() {
      if (model != null) {
        model.close();
      }
    }
  }

  /** A model that is not closed before this lease is. */
  record Lease(ExecutorModels owner, PinnedModel pinned, Model model, ModelRuntime runtime)
      implements AutoCloseable {
    @Override
    public void close() {
      owner.release(pinned);
    }
  }

  static Lease acquire(PinnedModel pinned) {
    return SHARED.lease(pinned);
  }

  /** Closes a model that no task of this JVM uses. */
  static void closeIdle(PinnedModel pinned) {
    SHARED.close(pinned);
  }

  /** Returns how many models this JVM has loaded. For tests. */
  static int loads() {
    synchronized (SHARED) {
      return SHARED.loads;
    }
  }

  /** Returns whether a model is loaded. For tests. */
  static boolean has(PinnedModel pinned) {
    synchronized (SHARED) {
      return SHARED.models.containsKey(pinned);
    }
  }

  /** Returns how many leases are open. For tests. */
  static int lent() {
    synchronized (SHARED) {
      return SHARED.models.values().stream().mapToInt(each -> each.users).sum();
    }
  }

  private Lease lease(PinnedModel pinned) {
    Loaded loaded;
    ModelRuntime opened;
    synchronized (this) {
      opened = runtime();
      loaded = models.remove(pinned);
      if (loaded == null) {
        loaded = new Loaded();
        loads++;
      }
      models.put(pinned, loaded); // the last one is the youngest
      loaded.users++;
    }
    try {
      return new Lease(this, pinned, loaded.load(opened, pinned), opened);
    } catch (RuntimeException | Error e) {
      failed(pinned, loaded);
      throw e;
    }
  }

  private ModelRuntime runtime() {
    ModelRuntime opened = runtime;
    if (opened == null) {
      opened = ModelRuntime.builder().threads(1).open(); // Spark has a task for each core
      runtime = opened;
    }
    return opened;
  }

  private synchronized void failed(PinnedModel pinned, Loaded loaded) {
    loaded.users--;
    if (loaded.users == 0) {
      models.remove(pinned);
    }
  }

  /** Fetches the bytes, which the registry compares with its manifest. */
  private static Model load(ModelRuntime runtime, PinnedModel pinned) {
    try (ModelRegistry registry = pinned.registry().open()) {
      Model model = runtime.load(registry, pinned.version());
      String found = model.servedBy().digest().toString();
      if (!found.equals(pinned.digest())) {
        model.close();
        throw new RegistryException(
            "%s: found the digest %s in %s, expected %s as on the driver; the registry was replaced, start the job again"
                .formatted(pinned.version(), found, pinned.registry(), pinned.digest()),
            null);
      }
      return model;
    }
  }

  private synchronized void release(PinnedModel pinned) {
    Loaded released = models.get(pinned);
    if (released == null) {
      return;
    }
    released.users--;
    long idle = models.values().stream().filter(each -> each.users == 0).count();
    Iterator<Loaded> oldest = models.values().iterator();
    while (idle > IDLE && oldest.hasNext()) {
      Loaded next = oldest.next();
      if (next.users == 0) {
        oldest.remove();
        next.close();
        idle--;
      }
    }
  }

  private synchronized void close(PinnedModel pinned) {
    Loaded loaded = models.get(pinned);
    if (loaded != null && loaded.users == 0) {
      models.remove(pinned);
      loaded.close();
    }
  }
}

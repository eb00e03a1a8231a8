package io.mlops4j.runtime.serving;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.model.Device;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.binding.StatedColumns;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The open models of a runtime, by their bytes and options. A model that is loaded again while it
 * is in use is shared. Unused models stay loaded within a budget, and Caffeine chooses which of
 * them are evicted. A model in use is never closed. Thread safe.
 */
final class LoadedModels implements AutoCloseable {
  private static final int KIB = 1024;

  private final long budgetKib;
  private final Map<Key, SharedModel> used = new HashMap<>();
  private @Nullable Cache<Key, SharedModel>
      idle; // made late, because its classes take time to load
  private boolean closed;

  /**
   * Begins without any model.
   *
   * @param budget the limit of the bytes of all models; while it is exceeded, unused models are
   *     evicted; 0 keeps none
   */
  LoadedModels(long budget) {
    this.budgetKib = budget / KIB;
  }

  private static Cache<Key, SharedModel> cache(long budgetKib) {
    return Caffeine.newBuilder()
        .maximumWeight(budgetKib)
        .weigher((Key key, SharedModel model) -> kib(model))
        .executor(Runnable::run)
        .removalListener(LoadedModels::removed)
        .build();
  }

  /** Equal for models that can be shared. */
  record Key(
      Digest digest,
      String engine,
      boolean engineOnly,
      List<Device> devices,
      Optional<String> signature,
      StatedColumns columns,
      boolean trusted,
      boolean cached,
      boolean profiled,
      boolean independentRows,
      boolean releasesMemory,
      OptionalLong memoryLimit,
      Set<String> operations) {
    static Key of(Digest digest, String engine, LoadOptions options, StatedColumns columns) {
      return new Key(
          digest,
          engine,
          options.engine().isPresent(),
          options.devices(),
          options.signature(),
          columns,
          options.trusted(),
          options.cached(),
          options.profiled(),
          options.independentRows(),
          options.releasesMemory(),
          options.memoryLimit(),
          options.operations());
    }

    /** By hand, because the generated one would compile code at the first load of a process. */
    @Override
    public int hashCode() {
      return digest.hex().hashCode();
    }
  }

  private static int kib(SharedModel model) {
    return (int) Math.min(Integer.MAX_VALUE, model.engine().nativeBytes() / KIB + 1);
  }

  /** A model that is removed because it is used again stays open. */
  private static void removed(@Nullable Key key, @Nullable SharedModel model, RemovalCause cause) {
    if (model != null && cause != RemovalCause.EXPLICIT) {
      model.free();
    }
  }

  /** Returns an equal model with one more identity; null if there is none. */
  synchronized @Nullable SharedModel find(Key key) {
    SharedModel found = used.get(key);
    if (found != null && found.tryShare()) {
      return found;
    }
    SharedModel woken = idle == null ? null : idle.asMap().remove(key);
    if (woken != null) {
      woken.wake();
      used.put(key, woken);
      makeRoom();
    }
    return woken;
  }

  /**
   * Adds a model that was just loaded. If another thread has added an equal model meanwhile, frees
   * this model and returns the other.
   */
  SharedModel add(Key key, SharedModel loaded) {
    SharedModel faster = addUnlessFound(key, loaded);
    if (faster == null) {
      return loaded;
    }
    loaded.free();
    return faster;
  }

  private synchronized @Nullable SharedModel addUnlessFound(Key key, SharedModel loaded) {
    SharedModel faster = find(key);
    if (faster == null) {
      used.put(key, loaded);
      loaded.whenUnused(() -> unused(key, loaded));
      makeRoom();
    }
    return faster;
  }

  /** The last identity of a model was closed. */
  private void unused(Key key, SharedModel model) {
    synchronized (this) {
      used.remove(key, model);
      if (!closed && budgetKib > 0) {
        model.sleep();
        idle = idle == null ? cache(budgetKib) : idle;
        makeRoom();
        idle.put(key, model);
        idle.cleanUp();
        return;
      }
    }
    model.free();
  }

  private void makeRoom() {
    if (idle == null) {
      return;
    }
    long inUse = used.values().stream().mapToLong(LoadedModels::kib).sum();
    idle.policy()
        .eviction()
        .ifPresent(eviction -> eviction.setMaximum(Math.max(0, budgetKib - inUse)));
  }

  /** The bytes that the engines use for all models. */
  synchronized long nativeBytes() {
    long sum = 0;
    for (SharedModel model : used.values()) {
      sum += model.engine().nativeBytes();
    }
    for (SharedModel model : unused().values()) {
      sum += model.engine().nativeBytes();
    }
    return sum;
  }

  /** The number of models that stay loaded without a user. */
  synchronized int idle() {
    return unused().size();
  }

  private Map<Key, SharedModel> unused() {
    return idle == null ? Map.of() : idle.asMap();
  }

  /** Frees unused models, now and later. */
  @Override
  public synchronized void close() {
    closed = true;
    for (Key key : List.copyOf(unused().keySet())) {
      SharedModel model = unused().remove(key);
      if (model != null) {
        model.free();
      }
    }
  }
}

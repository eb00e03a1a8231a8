package io.mlops4j.runtime.registry.store;

import io.mlops4j.registry.AliasListener;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Watch;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener of an alias's newest record whenever it is another one. */
final class AliasWatch implements Watch {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);

  private final String ref;
  private final Supplier<Optional<AliasRecord>> head;
  private final AliasListener listener;
  private volatile @Nullable Future<?> looks;
  // Guarded by this, which is held while the listener is told.
  private @Nullable AliasRecord told;
  private boolean troubled;
  private boolean closed;

  private AliasWatch(String ref, Supplier<Optional<AliasRecord>> head, AliasListener listener) {
    this.ref = ref;
    this.head = head;
    this.listener = listener;
  }

  static Watch start(
      Poller poller, String ref, Supplier<Optional<AliasRecord>> head, AliasListener listener) {
    AliasWatch watch = new AliasWatch(ref, head, listener);
    watch.looks = poller.every(watch::look);
    return watch;
  }

  private synchronized void look() {
    if (closed) {
      return;
    }
    Optional<AliasRecord> newest;
    try {
      newest = head.get();
    } catch (RuntimeException e) {
      trouble(e);
      return;
    }
    troubled = false;
    if (newest.isPresent() && !newest.get().equals(told)) {
      AliasRecord now = newest.get();
      told = now;
      guarded(() -> tell(now));
    }
  }

  private void tell(AliasRecord now) {
    if (now.isRemoval()) {
      listener.onRemoval(now);
    } else {
      listener.onChange(now);
    }
  }

  private void trouble(RuntimeException e) {
    if (!troubled) {
      troubled = true;
      LOG.warn("{}: cannot be looked at; it is tried again", ref, e);
      guarded(() -> listener.onTrouble(e));
    }
  }

  private void guarded(Runnable told) {
    try {
      told.run();
    } catch (RuntimeException | Error e) { // an engine that cannot be linked is an error
      LOG.warn("{}: a listener to its changes failed", ref, e);
    }
  }

  @Override
  public void close() {
    Poller.cancel(looks);
    synchronized (this) {
      closed = true;
    }
  }
}

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

/** Notifies a listener whenever an alias has another newest record. */
final class AliasWatch implements Watch {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);

  private final String ref;
  private final Supplier<Optional<AliasRecord>> head;
  private final AliasListener listener;
  private volatile @Nullable Future<?> polls;
  // Guarded by this, which is held during a notification.
  private @Nullable AliasRecord notified;
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
    watch.polls = poller.every(watch::poll);
    return watch;
  }

  private synchronized void poll() {
    if (closed) {
      return;
    }
    try {
      Optional<AliasRecord> newest = head.get();
      troubled = false;
      newest.filter(record -> !record.equals(notified)).ifPresent(this::change);
    } catch (RuntimeException e) {
      if (!troubled) {
        troubled = true;
        LOG.warn("{}: cannot read the alias, trying again", ref, e);
        guarded(() -> listener.onTrouble(e));
      }
    }
  }

  private void change(AliasRecord now) {
    notified = now;
    guarded(
        () -> {
          if (now.isRemoval()) {
            listener.onRemoval(now);
          } else {
            listener.onChange(now);
          }
        });
  }

  private void guarded(Runnable notification) {
    try {
      notification.run();
    } catch (RuntimeException | Error e) { // an engine that cannot be linked is an error
      LOG.warn("{}: a listener to its changes failed", ref, e);
    }
  }

  @Override
  public void close() {
    Poller.cancel(polls);
    synchronized (this) {
      closed = true;
    }
  }
}

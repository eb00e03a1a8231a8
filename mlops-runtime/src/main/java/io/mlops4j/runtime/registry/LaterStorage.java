package io.mlops4j.runtime.registry;

import io.mlops4j.runtime.registry.store.Storage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens a storage when it is first used, and again after a failure. Thread safe. */
final class LaterStorage implements InvocationHandler {
  private final Supplier<Storage> opener;
  private @Nullable Storage opened;
  private boolean closed;

  private LaterStorage(Supplier<Storage> opener) {
    this.opener = opener;
  }

  static Storage of(Supplier<Storage> opener) {
    return (Storage)
        Proxy.newProxyInstance(
            LaterStorage.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            new LaterStorage(opener));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class && !isOpen()) {
      return method.invoke(this, arguments);
    }
    if (method.getName().equals("close") && !closeOnce()) {
      return null;
    }
    try {
      return method.invoke(storage(), arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private synchronized boolean isOpen() {
    return opened != null;
  }

  /** Returns whether there is a storage to close. */
  private synchronized boolean closeOnce() {
    closed = true;
    return opened != null;
  }

  /** Threads open it side by side, because one may hang on a connection that is dead. */
  private Storage storage() {
    Storage first = openedUnlessClosed();
    return first == null ? firstOf(opener.get()) : first;
  }

  private synchronized @Nullable Storage openedUnlessClosed() {
    if (opened == null && closed) {
      throw new IllegalStateException("the registry is closed");
    }
    return opened;
  }

  /**
   * Keeps the one that was opened first, and closes others, also those that are opened too late.
   */
  private Storage firstOf(Storage mine) {
    synchronized (this) {
      if (opened == null && !closed) {
        opened = mine;
        return mine;
      }
    }
    mine.close();
    return Objects.requireNonNull(openedUnlessClosed());
  }

  @Override
  public String toString() {
    return "a registry that was not reached yet";
  }
}

package io.mlops4j.runtime.serving.loading;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.model.Device;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/** The engines of one runtime, each opened when a model first needs it. Thread safe. */
public final class Engines implements AutoCloseable {
  private final EngineOptions options;
  private final Map<String, Engine> open = new LinkedHashMap<>();
  private boolean closed;
  private volatile boolean starting;

  /**
   * Finds each provider when the search gets to it, and keeps it. A search that ends early opens
   * only some archives of the class path, which takes up to a millisecond for each.
   */
  private final ServiceLoader<EngineProvider> providers =
      ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader());

  /**
   * Opens no engine yet.
   *
   * @param options the options of each engine
   */
  public Engines(EngineOptions options) {
    this.options = options;
  }

  /**
   * An engine and its name.
   *
   * @param name the provider's name
   * @param engine the open engine
   */
  public record Named(String name, Engine engine) {}

  /**
   * Finds and opens an engine.
   *
   * @param format the model's format
   * @param wanted the provider's name; empty for the first that reads the format
   * @param devices the devices that the model may use
   * @return the engine, which stays open until this is closed
   * @throws EngineUnavailableException if there is no such engine, with the artifact to add, or if
   *     no engine knows one of the devices
   */
  public synchronized Named open(
      ModelFormat format, Optional<String> wanted, List<Device> devices) {
    requireKnown(devices);
    EngineProvider provider = provider(format, wanted);
    provider
        .missing()
        .ifPresent(
            reason -> {
              throw new EngineUnavailableException(provider.name() + ": " + reason, null);
            });
    Engine engine = open.computeIfAbsent(provider.name(), name -> provider.open(options));
    return new Named(provider.name(), engine);
  }

  /**
   * Opens the first engine of a format in a thread that then ends. A model that needs the engine
   * meanwhile waits for it. A failure shows when a model needs the engine.
   *
   * @param format the format
   */
  public void begin(ModelFormat format) {
    Thread thread = new Thread(() -> openQuietly(format), "mlops4j-start");
    thread.setDaemon(true);
    starting = true;
    thread.start();
  }

  /**
   * Returns whether the engine that was begun is not open yet.
   *
   * @return true if a model would have to wait for it
   */
  public boolean isStarting() {
    return starting;
  }

  private synchronized void openQuietly(ModelFormat format) {
    if (!closed) {
      try {
        open(format, Optional.empty(), List.of());
      } catch (RuntimeException | LinkageError e) {
        // the load of a model tries again, and throws
      } finally {
        starting = false;
      }
    }
  }

  /** Otherwise a mistyped device would be skipped like one that is absent. */
  private void requireKnown(List<Device> devices) {
    if (devices.isEmpty()) {
      return; // the usual case, which needs no list of devices
    }
    Set<String> known = new TreeSet<>();
    providers.forEach(provider -> known.addAll(provider.devices()));
    for (Device device : devices) {
      if (!known.contains(device.kind())) {
        throw new EngineUnavailableException(
            "device %s: found no engine that knows it, expected one of %s"
                .formatted(device.name(), known),
            null);
      }
    }
  }

  private EngineProvider provider(ModelFormat format, Optional<String> wanted) {
    for (EngineProvider one : providers) {
      if (one.formats().contains(format) && (wanted.isEmpty() || wanted.get().equals(one.name()))) {
        return one;
      }
    }
    throw none(format, wanted);
  }

  private EngineUnavailableException none(ModelFormat format, Optional<String> wanted) {
    List<String> known = new ArrayList<>();
    for (EngineProvider one : providers) {
      known.add(one.name() + " for " + one.formats().stream().map(ModelFormat::id).toList());
    }
    return new EngineUnavailableException(
        "engine: found "
            + known
            + ", expected "
            + wanted.map(name -> "\"" + name + "\"").orElse("one")
            + " for "
            + format.id()
            + (format.equals(ModelFormat.TENSORFLOW)
                ? "; add io.mlops4j:mlops-tensorflow"
                : "; add an artifact that brings it, or name another with LoadOptions.engine"),
        null);
  }

  @Override
  public synchronized void close() {
    closed = true;
    RuntimeException failure = null;
    for (Engine engine : open.values()) {
      try {
        engine.close();
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    open.clear();
    if (failure != null) {
      throw failure;
    }
  }
}

package io.mlops4j.spi;

import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How an engine should load one model. Immutable and thread safe: every {@code with} method returns
 * a changed copy.
 */
public final class LoadRequest {
  private static final long LEAST_MEMORY = 1 << 20;

  private final Settings settings;

  private LoadRequest(Settings settings) {
    this.settings = settings;
  }

  /** What a request says. It does not change once a request has it. */
  private static final class Settings {
    private final DeviceRequest device;
    private @Nullable String signature;
    private boolean trusted = true;
    private boolean profiled;
    private Set<String> operations = Set.of();
    private boolean engineOnly;
    private Set<String> features = Set.of();
    private boolean releasesMemory;
    private OptionalLong memoryLimit = OptionalLong.empty();

    Settings(DeviceRequest device) {
      this.device = device;
    }

    Settings(Settings other) {
      this.device = other.device;
      this.signature = other.signature;
      this.trusted = other.trusted;
      this.profiled = other.profiled;
      this.operations = other.operations;
      this.engineOnly = other.engineOnly;
      this.features = other.features;
      this.releasesMemory = other.releasesMemory;
      this.memoryLimit = other.memoryLimit;
    }
  }

  private LoadRequest with(Consumer<Settings> change) {
    Settings copy = new Settings(settings);
    change.accept(copy);
    return new LoadRequest(copy);
  }

  /**
   * Returns a request for a trusted model with its default signature.
   *
   * @param device the devices on which the model should run
   * @return the request
   */
  public static LoadRequest on(DeviceRequest device) {
    return new LoadRequest(new Settings(Objects.requireNonNull(device, "device")));
  }

  /**
   * Chooses one of the model's signatures.
   *
   * @param key the signature's key
   * @return a changed copy
   */
  public LoadRequest withSignature(String key) {
    Objects.requireNonNull(key, "key");
    return with(copy -> copy.signature = key);
  }

  /**
   * Marks the model's maker as not trusted. The engine then computes nothing for the model during
   * the load, as far as the engine can avoid it.
   *
   * @return a changed copy
   */
  public LoadRequest withoutTrust() {
    return with(copy -> copy.trusted = false);
  }

  /**
   * Requests one run of the model during the load. The engine counts the nodes that each device
   * ran, and reports them in the {@linkplain EngineModel#placement placement}. An engine that
   * cannot count ignores the request.
   *
   * @return a changed copy
   */
  public LoadRequest withProfiling() {
    return with(copy -> copy.profiled = true);
  }

  /**
   * Allows operations that the engine does not let every model run.
   *
   * @param more the engine's names of operations, added to those allowed before
   * @return a changed copy
   */
  public LoadRequest withOperations(Set<String> more) {
    Set<String> all = new HashSet<>(settings.operations);
    all.addAll(more);
    return with(copy -> copy.operations = Set.copyOf(all));
  }

  /**
   * Requires that the engine's own library runs the whole model. A provider must then not run a
   * part of the model by code of its own, even if that is faster.
   *
   * @return a changed copy
   */
  public LoadRequest withEngineOnly() {
    return with(copy -> copy.engineOnly = true);
  }

  /**
   * Names the features that calls will give. An engine that can replace a value inside the model
   * then makes it an input of the signature, if a feature has its name.
   *
   * @param names names, in any order
   * @return a changed copy
   */
  public LoadRequest withFeatures(Set<String> names) {
    return with(copy -> copy.features = Set.copyOf(names));
  }

  /**
   * Requests that the engine frees its working memory after each run. An engine that cannot ignores
   * the request.
   *
   * @return a changed copy
   */
  public LoadRequest withReleasedMemory() {
    return with(copy -> copy.releasesMemory = true);
  }

  /**
   * Limits the engine's working memory for the model. An engine that cannot limit it rejects the
   * model with {@link io.mlops4j.error.ModelLoadException}.
   *
   * @param bytes the limit, 1 MiB (1,048,576) or more
   * @return a changed copy
   * @throws IllegalArgumentException if the limit is smaller
   */
  public LoadRequest withMemoryLimit(long bytes) {
    if (bytes < LEAST_MEMORY) {
      throw new IllegalArgumentException(
          "bytes: found %d, expected %d or more".formatted(bytes, LEAST_MEMORY));
    }
    return with(copy -> copy.memoryLimit = OptionalLong.of(bytes));
  }

  /**
   * Returns the devices on which the model should run.
   *
   * @return the requested devices
   */
  public DeviceRequest device() {
    return settings.device;
  }

  /**
   * Returns the key of the chosen signature.
   *
   * @return empty for the model's default
   */
  public Optional<String> signature() {
    return Optional.ofNullable(settings.signature);
  }

  /**
   * Returns whether the engine may compute parts of the model during the load.
   *
   * @return false after {@link #withoutTrust()}
   */
  public boolean trusted() {
    return settings.trusted;
  }

  /**
   * Returns whether the engine should count the nodes that each device runs.
   *
   * @return true after {@link #withProfiling()}
   */
  public boolean profiled() {
    return settings.profiled;
  }

  /**
   * Returns the operations that this model may run beyond those that every model may run.
   *
   * @return an unmodifiable set of names, often empty
   */
  public Set<String> operations() {
    return settings.operations;
  }

  /**
   * Returns whether the engine's own library must run the whole model.
   *
   * @return true after {@link #withEngineOnly()}
   */
  public boolean engineOnly() {
    return settings.engineOnly;
  }

  /**
   * Returns the names of the features that calls will give.
   *
   * @return an unmodifiable set; empty if they are not known
   */
  public Set<String> features() {
    return settings.features;
  }

  /**
   * Returns whether the engine should free its working memory after each run.
   *
   * @return true after {@link #withReleasedMemory()}
   */
  public boolean releasesMemory() {
    return settings.releasesMemory;
  }

  /**
   * Returns how much working memory the engine may take for the model.
   *
   * @return bytes; empty without a limit
   */
  public OptionalLong memoryLimit() {
    return settings.memoryLimit;
  }
}

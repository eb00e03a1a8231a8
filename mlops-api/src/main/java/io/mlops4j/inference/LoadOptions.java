package io.mlops4j.inference;

import io.mlops4j.model.FeatureSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a model is loaded. Immutable: every method returns a changed copy. */
public final class LoadOptions {
  private static final LoadOptions DEFAULTS =
      new LoadOptions(null, List.of(), null, List.of(), null, true);

  private final @Nullable FeatureSchema features;
  private final List<InferenceListener> listeners;
  private final @Nullable String engine;
  private final List<String> devices;
  private final @Nullable String signature;
  private final boolean cached;

  private LoadOptions(
      @Nullable FeatureSchema features,
      List<InferenceListener> listeners,
      @Nullable String engine,
      List<String> devices,
      @Nullable String signature,
      boolean cached) {
    this.features = features;
    this.listeners = listeners;
    this.engine = engine;
    this.devices = devices;
    this.signature = signature;
    this.cached = cached;
  }

  /**
   * Columns meet inputs by name, the first engine that knows the format, its default device.
   *
   * @return the options that a load without options uses
   */
  public static LoadOptions withDefaults() {
    return DEFAULTS;
  }

  /**
   * States how columns meet the model's inputs; overrides the card's schema.
   *
   * @param schema columns, gather order, null policy, keys
   * @return a changed copy
   */
  public LoadOptions features(FeatureSchema schema) {
    return new LoadOptions(
        Objects.requireNonNull(schema, "schema"), listeners, engine, devices, signature, cached);
  }

  /**
   * Adds a listener, which is lent: it must outlive the model.
   *
   * @param listener told of every call
   * @return a changed copy
   */
  public LoadOptions listener(InferenceListener listener) {
    List<InferenceListener> more = new ArrayList<>(listeners);
    more.add(Objects.requireNonNull(listener, "listener"));
    return new LoadOptions(features, List.copyOf(more), engine, devices, signature, cached);
  }

  /**
   * Replaces the listeners, as for one that stands before another.
   *
   * @param listeners told of every call; lent: they must outlive the model
   * @return a changed copy
   */
  public LoadOptions withListeners(List<? extends InferenceListener> listeners) {
    return new LoadOptions(features, List.copyOf(listeners), engine, devices, signature, cached);
  }

  /**
   * Chooses an engine where two know the format.
   *
   * @param name the engine's name
   * @return a changed copy
   */
  public LoadOptions engine(String name) {
    return new LoadOptions(
        features, listeners, Objects.requireNonNull(name, "name"), devices, signature, cached);
  }

  /**
   * Asks for devices: the first that is there is taken, as {@link Model#placement} tells, and it is
   * an error when none is. A device that is not in the list is never taken in its place; operators
   * that it does not know run on the CPU all the same.
   *
   * @param preferred device names, the best first: of ONNX Runtime {@code cpu}, {@code cuda},
   *     {@code tensorrt}, {@code coreml}, {@code directml}, the second of them as {@code cuda:1};
   *     of TensorFlow {@code cpu}
   * @return a changed copy
   */
  public LoadOptions device(String... preferred) {
    return new LoadOptions(features, listeners, engine, List.of(preferred), signature, cached);
  }

  /**
   * Chooses one of the signatures of a TensorFlow SavedModel. Without it, that is {@code
   * serving_default}, or the only one.
   *
   * @param key the signature's key
   * @return a changed copy
   */
  public LoadOptions signature(String key) {
    return new LoadOptions(
        features, listeners, engine, devices, Objects.requireNonNull(key, "key"), cached);
  }

  /**
   * Keeps this model out of the runtime's {@link io.mlops4j.model.ModelCache}: what is loaded are
   * the bytes of the model itself, digested now, and nothing of it is written.
   *
   * @return a changed copy
   */
  public LoadOptions uncached() {
    return new LoadOptions(features, listeners, engine, devices, signature, false);
  }

  /**
   * How columns meet the model's inputs.
   *
   * @return empty when the card or names alone decide
   */
  public Optional<FeatureSchema> features() {
    return Optional.ofNullable(features);
  }

  /**
   * Who is told of every call.
   *
   * @return an unmodifiable list
   */
  public List<InferenceListener> listeners() {
    return listeners;
  }

  /**
   * The engine that was chosen.
   *
   * @return empty for the first that knows the format
   */
  public Optional<String> engine() {
    return Optional.ofNullable(engine);
  }

  /**
   * The devices that were asked for.
   *
   * @return an unmodifiable list; empty means the engine's default
   */
  public List<String> devices() {
    return devices;
  }

  /**
   * The signature that was chosen.
   *
   * @return empty for the model's default
   */
  public Optional<String> signature() {
    return Optional.ofNullable(signature);
  }

  /**
   * Whether the model may come from the runtime's cache, if it has one.
   *
   * @return false after {@link #uncached()}
   */
  public boolean cached() {
    return cached;
  }
}

package io.mlops4j.spi;

import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How an engine is to load one model. Immutable: every method returns a changed copy. */
public final class LoadRequest {
  private final DeviceRequest device;
  private final @Nullable String signature;
  private final boolean trusted;
  private final boolean profiled;
  private final Set<String> operations;

  private LoadRequest(
      DeviceRequest device,
      @Nullable String signature,
      boolean trusted,
      boolean profiled,
      Set<String> operations) {
    this.operations = operations;
    this.device = device;
    this.signature = signature;
    this.trusted = trusted;
    this.profiled = profiled;
  }

  /**
   * A trusted model with its default signature.
   *
   * @param device where it should run
   * @return the request
   */
  public static LoadRequest on(DeviceRequest device) {
    return new LoadRequest(Objects.requireNonNull(device, "device"), null, true, false, Set.of());
  }

  /**
   * Chooses one of several signatures.
   *
   * @param key the signature's key
   * @return a changed copy
   */
  public LoadRequest withSignature(String key) {
    return new LoadRequest(
        device, Objects.requireNonNull(key, "key"), trusted, profiled, operations);
  }

  /**
   * Says that the model's maker is not trusted: nothing that it asks for is computed while it is
   * loaded, as far as the engine can be told so.
   *
   * @return a changed copy
   */
  public LoadRequest withoutTrust() {
    return new LoadRequest(device, signature, false, profiled, operations);
  }

  /**
   * Asks the engine to run the model once and to count in its {@linkplain EngineModel#placement
   * placement} how many nodes each device ran. An engine that cannot does nothing.
   *
   * @return a changed copy
   */
  public LoadRequest withProfiling() {
    return new LoadRequest(device, signature, trusted, true, operations);
  }

  /**
   * Allows operations that an engine does not let every model run.
   *
   * @param more names of operations, as the engine calls them
   * @return a changed copy
   */
  public LoadRequest withOperations(Set<String> more) {
    Set<String> all = new HashSet<>(operations);
    all.addAll(more);
    return new LoadRequest(device, signature, trusted, profiled, Set.copyOf(all));
  }

  /**
   * Where the model should run.
   *
   * @return the device
   */
  public DeviceRequest device() {
    return device;
  }

  /**
   * Which of several signatures.
   *
   * @return empty for the default
   */
  public Optional<String> signature() {
    return Optional.ofNullable(signature);
  }

  /**
   * Whether work that the model asks for may be done while it is loaded.
   *
   * @return false after {@link #withoutTrust()}
   */
  public boolean trusted() {
    return trusted;
  }

  /**
   * Whether the nodes that each device runs are to be counted.
   *
   * @return true after {@link #withProfiling()}
   */
  public boolean profiled() {
    return profiled;
  }

  /**
   * The operations that this model may run beyond those that every model may.
   *
   * @return names, often none
   */
  public Set<String> operations() {
    return operations;
  }
}

package io.mlops4j.spi;

import io.mlops4j.model.Device;
import java.util.List;

/** The devices on which a model should run. Immutable and thread safe. */
public final class DeviceRequest {
  private static final DeviceRequest ANY = new DeviceRequest(List.of());

  private final List<Device> preferred;

  private DeviceRequest(List<Device> preferred) {
    this.preferred = List.copyOf(preferred);
  }

  /**
   * Requests the engine's default device.
   *
   * @return the request
   */
  public static DeviceRequest any() {
    return ANY;
  }

  /**
   * Requests the first available device of a list. Operators that it does not support may run on
   * the devices listed after it, and on no other device.
   *
   * @param preferred devices, the preferred one first; an empty list means the engine's default
   * @return the request
   */
  public static DeviceRequest of(List<Device> preferred) {
    return new DeviceRequest(preferred);
  }

  /**
   * Requests devices by name, by the rules of {@link #of(List)}.
   *
   * @param preferred device names, the preferred one first; no name means the engine's default
   * @return the request
   * @throws IllegalArgumentException if a name does not have the form of a device name
   */
  public static DeviceRequest of(String... preferred) {
    return new DeviceRequest(List.of(preferred).stream().map(Device::of).toList());
  }

  /**
   * Returns the devices with their settings, the preferred one first.
   *
   * @return an unmodifiable list; empty means the engine's default
   */
  public List<Device> preferred() {
    return preferred;
  }

  /**
   * Returns whether a kind of device may run the model, or parts of it.
   *
   * @param kind the kind of device, for example {@code cpu}
   * @return false if other devices were requested, but none of this kind
   */
  public boolean allows(String kind) {
    return preferred.isEmpty() || preferred.stream().anyMatch(one -> one.kind().equals(kind));
  }
}

package io.mlops4j.spi;

import io.mlops4j.model.Device;
import java.util.List;

/** On which device a model should run. Immutable. */
public final class DeviceRequest {
  private static final DeviceRequest ANY = new DeviceRequest(List.of());

  private final List<Device> preferred;

  private DeviceRequest(List<Device> preferred) {
    this.preferred = List.copyOf(preferred);
  }

  /**
   * The engine's default device.
   *
   * @return the request
   */
  public static DeviceRequest any() {
    return ANY;
  }

  /**
   * The first of these that is there. What it cannot run may run on those behind it, and on no
   * other.
   *
   * @param preferred devices, the best first; none means the engine's default
   * @return the request
   */
  public static DeviceRequest of(List<Device> preferred) {
    return new DeviceRequest(preferred);
  }

  /**
   * The same by names.
   *
   * @param preferred device names, the best first; none means the engine's default
   * @return the request
   * @throws IllegalArgumentException if one is no name of a device
   */
  public static DeviceRequest of(String... preferred) {
    return new DeviceRequest(List.of(preferred).stream().map(Device::of).toList());
  }

  /**
   * The devices with the settings for each, the best first.
   *
   * @return an unmodifiable list; empty means the engine's default
   */
  public List<Device> preferred() {
    return preferred;
  }

  /**
   * Whether a kind of device may run the model, or parts of it.
   *
   * @param kind for example {@code cpu}
   * @return false if others were named, and this was not
   */
  public boolean allows(String kind) {
    return preferred.isEmpty() || preferred.stream().anyMatch(one -> one.kind().equals(kind));
  }
}

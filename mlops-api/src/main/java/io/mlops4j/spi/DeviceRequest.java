package io.mlops4j.spi;

import java.util.List;
import java.util.Map;

/** On which device a model should run. Immutable. */
public final class DeviceRequest {
  private final List<String> preferred;
  private final boolean strict;
  private final Map<String, String> options;

  private DeviceRequest(List<String> preferred, boolean strict, Map<String, String> options) {
    this.preferred = List.copyOf(preferred);
    this.strict = strict;
    this.options = Map.copyOf(options);
  }

  /**
   * A request.
   *
   * @param preferred device names, the best first; empty means the engine's default
   * @param strict whether a model that needs another device is refused
   * @param options settings that the device's provider knows
   * @return the request
   */
  public static DeviceRequest of(
      List<String> preferred, boolean strict, Map<String, String> options) {
    return new DeviceRequest(preferred, strict, options);
  }

  /**
   * Device names, the best first.
   *
   * @return an unmodifiable list; empty means the engine's default
   */
  public List<String> preferred() {
    return preferred;
  }

  /**
   * Whether a model that needs another device is refused.
   *
   * @return true to refuse
   */
  public boolean strict() {
    return strict;
  }

  /**
   * Settings that the device's provider knows.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> options() {
    return options;
  }
}

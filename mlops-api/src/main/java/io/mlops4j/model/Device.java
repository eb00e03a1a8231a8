package io.mlops4j.model;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A device that a model may run on, with the engine's settings for it. Immutable and thread safe:
 * {@link #withOption} returns a changed copy.
 *
 * <pre>{@code
 * LoadOptions.builder()
 *     .device(Device.cuda(0).withOption("gpu_mem_limit", "2147483648"), Device.cpu())
 *     .build();
 * }</pre>
 *
 * <p>The set of devices is open: other engines may add devices. The methods below name the devices
 * of ONNX Runtime. Loading a model fails if no engine knows the device's name.
 */
public final class Device {
  private static final Pattern NAME = Pattern.compile("([a-z][a-z0-9_-]*)(?::(\\d{1,4}))?");

  private final String kind;
  private final @Nullable Integer number;
  private final Map<String, String> options;

  private Device(String kind, @Nullable Integer number, Map<String, String> options) {
    this.kind = kind;
    this.number = number;
    this.options = options;
  }

  /**
   * Returns a device by its name.
   *
   * @param name the kind, and a number if there are several of that kind: {@code cpu}, {@code
   *     cuda}, {@code cuda:1}
   * @return the device, without settings
   * @throws IllegalArgumentException if the name has another form
   */
  public static Device of(String name) {
    Matcher parts = NAME.matcher(Objects.requireNonNull(name, "name"));
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "device: found \"%s\", expected a name in lower case, such as cpu, cuda or cuda:1, with at most four digits after the colon"
              .formatted(name));
    }
    String number = parts.group(2);
    return new Device(parts.group(1), number == null ? null : Integer.valueOf(number), Map.of());
  }

  /**
   * Returns the CPU.
   *
   * @return {@code cpu}
   */
  public static Device cpu() {
    return of("cpu");
  }

  /**
   * Returns an NVIDIA GPU, driven by CUDA.
   *
   * @param number the GPU's number in CUDA, 0 to 9999
   * @return {@code cuda:number}
   * @throws IllegalArgumentException if the number is negative or above 9999
   */
  public static Device cuda(int number) {
    return of("cuda:" + number);
  }

  /**
   * Returns an NVIDIA GPU, driven by TensorRT.
   *
   * @param number the GPU's number in CUDA, 0 to 9999
   * @return {@code tensorrt:number}
   * @throws IllegalArgumentException if the number is negative or above 9999
   */
  public static Device tensorrt(int number) {
    return of("tensorrt:" + number);
  }

  /**
   * Returns the device that Apple's CoreML chooses: CPU, GPU or neural engine.
   *
   * @return {@code coreml}
   */
  public static Device coreml() {
    return of("coreml");
  }

  /**
   * Returns a GPU on Windows, driven by DirectML.
   *
   * @param number the GPU's number in DXGI, 0 to 9999
   * @return {@code directml:number}
   * @throws IllegalArgumentException if the number is negative or above 9999
   */
  public static Device directml(int number) {
    return of("directml:" + number);
  }

  /**
   * Returns the device that Intel's OpenVINO drives. Its option {@code device_type} chooses CPU,
   * GPU or NPU.
   *
   * @return {@code openvino}
   */
  public static Device openvino() {
    return of("openvino");
  }

  /**
   * Returns an AMD GPU, driven by ROCm.
   *
   * @param number the GPU's number in ROCm, 0 to 9999
   * @return {@code rocm:number}
   * @throws IllegalArgumentException if the number is negative or above 9999
   */
  public static Device rocm(int number) {
    return of("rocm:" + number);
  }

  /**
   * Returns the CPU with the kernels of XNNPACK.
   *
   * @return {@code xnnpack}
   */
  public static Device xnnpack() {
    return of("xnnpack");
  }

  /**
   * Sets an option of the engine for this device. It replaces an earlier value of the same key.
   *
   * @param key the engine's name of the option
   * @param value the value as text
   * @return a changed copy
   */
  public Device withOption(String key, String value) {
    Map<String, String> more = new TreeMap<>(options);
    more.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
    return new Device(kind, number, Collections.unmodifiableMap(more));
  }

  /**
   * Returns the kind of device, without its number.
   *
   * @return for example {@code cuda}
   */
  public String kind() {
    return kind;
  }

  /**
   * Returns the number among devices of this kind.
   *
   * @return 0 to 9999; empty if the name has no number
   */
  public OptionalInt number() {
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /**
   * Returns the name: the kind, and the number if there is one.
   *
   * @return for example {@code cuda:1}
   */
  public String name() {
    return number == null ? kind : kind + ":" + number;
  }

  /**
   * Returns the options for the engine.
   *
   * @return an unmodifiable map, sorted by key
   */
  public Map<String, String> options() {
    return options;
  }

  /**
   * Compares the names and the options.
   *
   * @param other any object
   * @return true if the other is a device with the same name and options
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Device device
        && kind.equals(device.kind)
        && Objects.equals(number, device.number)
        && options.equals(device.options);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, number, options);
  }

  /**
   * Returns a short description for people.
   *
   * @return for example {@code cuda:1} or {@code cuda:1 {gpu_mem_limit=1073741824}}
   */
  @Override
  public String toString() {
    return options.isEmpty() ? name() : name() + " " + options;
  }
}

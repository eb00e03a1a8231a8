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
 * A device that a model may run on, with settings for it. Immutable: {@link #withOption} returns a
 * changed copy.
 *
 * <pre>{@code
 * LoadOptions.builder()
 *     .device(Device.cuda(0).withOption("gpu_mem_limit", "2147483648"), Device.cpu())
 *     .build();
 * }</pre>
 *
 * <p>The set is open: a further engine may bring its own. Those below are ONNX Runtime's; a name
 * that no engine knows is refused when a model is loaded.
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
   * A device by its name.
   *
   * @param name what it is, and which of several: {@code cpu}, {@code cuda}, {@code cuda:1}
   * @return the device, without settings
   * @throws IllegalArgumentException if it is no such name
   */
  public static Device of(String name) {
    Matcher parts = NAME.matcher(Objects.requireNonNull(name, "name"));
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "device: found \"%s\", expected a name in lower case, with a number of up to four digits behind a colon if there are several: cpu, cuda, cuda:1"
              .formatted(name));
    }
    String number = parts.group(2);
    return new Device(parts.group(1), number == null ? null : Integer.valueOf(number), Map.of());
  }

  /**
   * The processor.
   *
   * @return {@code cpu}
   */
  public static Device cpu() {
    return of("cpu");
  }

  /**
   * An NVIDIA GPU.
   *
   * @param number which, as CUDA counts them
   * @return {@code cuda:number}
   * @throws IllegalArgumentException if it is negative or above 9999
   */
  public static Device cuda(int number) {
    return of("cuda:" + number);
  }

  /**
   * An NVIDIA GPU, by TensorRT.
   *
   * @param number which, as CUDA counts them
   * @return {@code tensorrt:number}
   * @throws IllegalArgumentException if it is negative or above 9999
   */
  public static Device tensorrt(int number) {
    return of("tensorrt:" + number);
  }

  /**
   * What Apple's CoreML chooses: processor, GPU or neural engine.
   *
   * @return {@code coreml}
   */
  public static Device coreml() {
    return of("coreml");
  }

  /**
   * A GPU on Windows, by DirectML.
   *
   * @param number which, as DXGI counts them
   * @return {@code directml:number}
   * @throws IllegalArgumentException if it is negative or above 9999
   */
  public static Device directml(int number) {
    return of("directml:" + number);
  }

  /**
   * What Intel's OpenVINO drives; its option {@code device_type} says which: CPU, GPU or NPU.
   *
   * @return {@code openvino}
   */
  public static Device openvino() {
    return of("openvino");
  }

  /**
   * An AMD GPU.
   *
   * @param number which, as ROCm counts them
   * @return {@code rocm:number}
   * @throws IllegalArgumentException if it is negative or above 9999
   */
  public static Device rocm(int number) {
    return of("rocm:" + number);
  }

  /**
   * The processor, by the kernels of XNNPACK.
   *
   * @return {@code xnnpack}
   */
  public static Device xnnpack() {
    return of("xnnpack");
  }

  /**
   * Adds a setting, or replaces one.
   *
   * @param key as the engine calls it
   * @param value its value
   * @return a changed copy
   */
  public Device withOption(String key, String value) {
    Map<String, String> more = new TreeMap<>(options);
    more.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
    return new Device(kind, number, Collections.unmodifiableMap(more));
  }

  /**
   * What it is.
   *
   * @return for example {@code cuda}
   */
  public String kind() {
    return kind;
  }

  /**
   * Which of several.
   *
   * @return empty when the name says none
   */
  public OptionalInt number() {
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /**
   * Kind and number.
   *
   * @return for example {@code cuda:1}
   */
  public String name() {
    return number == null ? kind : kind + ":" + number;
  }

  /**
   * Settings that the engine knows for it.
   *
   * @return an unmodifiable map, sorted by key
   */
  public Map<String, String> options() {
    return options;
  }

  /**
   * Compares name and settings.
   *
   * @param other anything
   * @return true if both are the same
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
   * For people.
   *
   * @return for example {@code cuda:1} or {@code cuda:1 {gpu_mem_limit=1073741824}}
   */
  @Override
  public String toString() {
    return options.isEmpty() ? name() : name() + " " + options;
  }
}

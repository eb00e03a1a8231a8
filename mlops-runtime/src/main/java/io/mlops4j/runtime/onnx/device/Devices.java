package io.mlops4j.runtime.onnx.device;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.model.Device;
import io.mlops4j.model.Placement;
import io.mlops4j.spi.DeviceRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The available devices of a request. The first one runs the model; operators that it lacks run on
 * the next ones. A device that was not requested is never used.
 *
 * <p>ONNX Runtime also accepts devices that do not exist; only opening a session shows that. If a
 * model cannot be opened, {@link #working} tries each of its devices with the smallest model. A
 * device that cannot open even that model is no longer used.
 */
public final class Devices {
  private static final String STRICT = "session.disable_cpu_ep_fallback";
  private static final String NEEDS_CPU = "assigned to the default CPU EP";

  private final DeviceRequest request;
  private final Trial trial;
  private final Map<DeviceKind, Device> taken;
  private final Map<String, String> missing;

  private Devices(
      DeviceRequest request,
      Trial trial,
      Map<DeviceKind, Device> taken,
      Map<String, String> missing) {
    this.request = request;
    this.trial = trial;
    this.taken = taken;
    this.missing = missing;
  }

  /** Finds out what is missing for a device. */
  interface Trial {
    /** Returns null if nothing is missing. */
    @Nullable String missing(DeviceKind kind, Device device);

    /** Returns what is missing for a device with which no session could be opened. */
    String missing(DeviceKind kind, OrtException refusal);
  }

  /**
   * Returns the devices that ONNX Runtime's Java API supports.
   *
   * @return their names, without numbers
   */
  public static Set<String> known() {
    return DeviceKind.titles();
  }

  /**
   * Chooses the available devices of a request.
   *
   * @param request the devices, in the order of preference
   * @return the available ones
   * @throws EngineUnavailableException if none is available, or a request is invalid
   */
  public static Devices find(DeviceRequest request) {
    return find(request, new DeviceTrial());
  }

  static Devices find(DeviceRequest request, Trial trial) {
    request.preferred().forEach(Devices::check);
    Map<DeviceKind, Device> taken = new LinkedHashMap<>(); // in the order of the request
    Map<String, String> missing = new LinkedHashMap<>();
    for (Device device : request.preferred()) {
      DeviceKind kind = DeviceKind.of(device).orElse(null);
      if (kind == null) {
        List<String> known = DeviceKind.titles().stream().sorted().toList();
        missing.put(device.name(), "ONNX Runtime does not know it, expected one of " + known);
      } else if (!taken.containsKey(DeviceKind.CPU) // it has every operator
          && !taken.containsKey(kind)) { // a session has one device of a kind
        String reason = kind == DeviceKind.CPU ? null : trial.missing(kind, device);
        if (reason == null) {
          taken.put(kind, device);
        } else {
          missing.put(device.name(), reason);
        }
      }
    }
    if (request.preferred().isEmpty()) {
      taken.put(DeviceKind.CPU, Device.cpu());
    }
    return new Devices(request, trial, taken, missing).orRefused(null);
  }

  private static void check(Device device) {
    DeviceKind kind = DeviceKind.of(device).orElse(null);
    if (kind == null) {
      return; // a device of another engine
    }
    if (device.number().isPresent() && !kind.takesNumber()) {
      throw new EngineUnavailableException(
          "device %s: found a number, expected %s without one, because there is only one"
              .formatted(device.name(), device.kind()),
          null);
    }
    for (String key : device.options().keySet()) {
      if (!kind.takesOption(key)) {
        throw new EngineUnavailableException(
            "device %s: found the option %s, expected only options that ONNX Runtime's Java API can set for it"
                .formatted(device.name(), key),
            null);
      }
    }
  }

  private Devices orRefused(@Nullable OrtException cause) {
    if (taken.isEmpty()) {
      throw new EngineUnavailableException(
          missing.entrySet().stream()
              .map(one -> "device " + one.getKey() + ": " + one.getValue())
              .collect(Collectors.joining("; ")),
          cause);
    }
    return this;
  }

  /**
   * Adds the devices to the options of a session.
   *
   * @param options the options
   * @throws OrtException if a device is missing or rejects its settings
   */
  public void addTo(SessionOptions options) throws OrtException {
    if (!request.allows("cpu")) {
      options.addConfigEntry(STRICT, "1");
    }
    for (Map.Entry<DeviceKind, Device> one : taken.entrySet()) {
      one.getKey().add(options, one.getValue());
    }
  }

  /** Opens the smallest model on some devices, and closes it. */
  public interface Opens {
    /**
     * Opens the smallest model, and closes it.
     *
     * @param devices the devices to open it on
     * @throws OrtException if they cannot open it
     */
    void on(Devices devices) throws OrtException;
  }

  /**
   * Returns the devices that can open the smallest model.
   *
   * @param opens opens the smallest model
   * @param failure why the model itself could not be opened
   * @return this same object if all devices can open it, which means that the model is at fault
   * @throws EngineUnavailableException if none can
   */
  public Devices working(Opens opens, OrtException failure) {
    Map<DeviceKind, Device> working = new LinkedHashMap<>();
    Map<String, String> more = new LinkedHashMap<>(missing);
    taken.forEach(
        (kind, device) -> {
          OrtException refusal = kind == DeviceKind.CPU ? null : refusal(kind, device, opens);
          if (refusal == null) {
            working.put(kind, device);
          } else {
            more.put(device.name(), trial.missing(kind, refusal));
          }
        });
    return working.size() == taken.size()
        ? this
        : new Devices(request, trial, working, more).orRefused(failure);
  }

  /** Adds the processor, because the device may lack even the operator of the smallest model. */
  private @Nullable OrtException refusal(DeviceKind kind, Device device, Opens opens) {
    DeviceRequest alone = DeviceRequest.of(List.of(device, Device.cpu()));
    try {
      opens.on(new Devices(alone, trial, Map.of(kind, device), Map.of()));
      return null;
    } catch (OrtException e) {
      return e;
    }
  }

  /**
   * Returns whether a model was rejected only because a part of it needs the CPU.
   *
   * @param refusal why the session could not be opened
   * @return what to do; null if there is another reason
   */
  public @Nullable String needsCpu(OrtException refusal) {
    if (request.allows("cpu") || !Objects.toString(refusal.getMessage()).contains(NEEDS_CPU)) {
      return null;
    }
    return "found operators that only the CPU can run here, expected none, because only %s may be used; name \"cpu\" last in LoadOptions.Builder.device to let the CPU run them"
        .formatted(request.preferred().stream().map(Device::name).toList());
  }

  /**
   * Returns the devices and the missing ones.
   *
   * @return the names of the devices in the order of preference
   */
  public Placement placement() {
    List<String> names = new ArrayList<>();
    taken.values().forEach(device -> names.add(device.name()));
    if (request.allows("cpu") && !names.contains("cpu")) {
      names.add("cpu");
    }
    return Placement.of(names.toArray(new String[0])).withMissing(missing);
  }

  /**
   * Returns this library's name for the device of a provider of ONNX Runtime.
   *
   * @param provider ONNX Runtime's name of the provider
   * @return the name in the request, or the provider's name if no request named its device
   */
  public String name(String provider) {
    return taken.entrySet().stream()
        .filter(one -> one.getKey().provider().getName().equals(provider))
        .map(one -> one.getValue().name())
        .findFirst()
        .orElse(provider.equals(OrtProvider.CPU.getName()) ? "cpu" : provider);
  }
}

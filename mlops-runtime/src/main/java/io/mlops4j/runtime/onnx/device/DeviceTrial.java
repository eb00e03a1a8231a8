package io.mlops4j.runtime.onnx.device;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.model.Device;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tries whether ONNX Runtime accepts a device on this machine. */
final class DeviceTrial implements Devices.Trial {
  /** Not compiled before a device fails. */
  private static final String SOURCE =
      "(?s)^Error code - \\w+ - message: (.*\\[ONNXRuntimeError] : \\d+ : \\w+ : |.*(?=CUDA failure"
          + " \\d))?";

  @Override
  public @Nullable String missing(DeviceKind kind, Device device) {
    if (!OrtEnvironment.getAvailableProviders().contains(kind.provider())) {
      return found(kind, "");
    }
    OrtException refusal = refusal(kind, device);
    if (refusal == null) {
      return null;
    }
    if (!device.options().isEmpty() && refusal(kind, Device.of(device.name())) == null) {
      throw new EngineUnavailableException(
          "device %s: found options that ONNX Runtime refuses (%s), expected options that it knows"
              .formatted(device, message(refusal)),
          refusal);
    }
    return missing(kind, refusal);
  }

  private static @Nullable OrtException refusal(DeviceKind kind, Device device) {
    try (SessionOptions options = new SessionOptions()) {
      kind.add(options, device);
      return null;
    } catch (OrtException e) {
      return e;
    }
  }

  @Override
  public String missing(DeviceKind kind, OrtException refusal) {
    return found(kind, ", which cannot use it (" + message(refusal) + ")");
  }

  private static String found(DeviceKind kind, String refusal) {
    return "found ONNX Runtime %s with %s%s%s, expected %s"
        .formatted(
            OrtEnvironment.getEnvironment().getVersion(),
            OrtEnvironment.getAvailableProviders().stream()
                .map(OrtProvider::getName)
                .collect(Collectors.joining(", ")),
            refusal,
            kind.isNvidia() ? new Nvidia(Path.of("/")).found() : "",
            kind.needs(!refusal.isEmpty()));
  }

  private static String message(OrtException e) {
    return message(Objects.toString(e.getMessage()));
  }

  /** Removes the positions in ONNX Runtime's source from the beginning of a message. */
  static String message(String text) {
    return text.replaceFirst(SOURCE, "").strip();
  }
}

package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.model.Placement;
import io.mlops4j.spi.DeviceRequest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Finds the first device of a request that is really there. A device that nobody asked for is never
 * taken instead.
 */
final class Devices {
  private static final Map<String, OrtProvider> PROVIDERS =
      Map.of(
          "cpu", OrtProvider.CPU,
          "cuda", OrtProvider.CUDA,
          "tensorrt", OrtProvider.TENSOR_RT,
          "coreml", OrtProvider.CORE_ML,
          "directml", OrtProvider.DIRECT_ML);

  private final SessionOptions options;
  private final DeviceRequest request;
  private final EnumSet<OrtProvider> available = OrtEnvironment.getAvailableProviders();
  private final List<String> reasons = new ArrayList<>();

  private Devices(SessionOptions options, DeviceRequest request) {
    this.options = options;
    this.request = request;
  }

  /**
   * Adds the device to the options.
   *
   * @throws EngineUnavailableException if none of the preferred devices is there
   */
  static Placement choose(SessionOptions options, DeviceRequest request) throws OrtException {
    return new Devices(options, request).choose();
  }

  private Placement choose() throws OrtException {
    if (request.preferred().isEmpty()) {
      return Placement.of("cpu");
    }
    for (String device : request.preferred()) {
      if (add(device)) {
        return placement(device);
      }
    }
    throw new EngineUnavailableException(String.join("; ", reasons), null);
  }

  /** Nodes that the device does not know run on the CPU, unless the request is strict. */
  private Placement placement(String device) throws OrtException {
    if (device.equals("cpu")) {
      return Placement.of("cpu");
    }
    if (request.strict()) {
      options.addConfigEntry("session.disable_cpu_ep_fallback", "1");
      return Placement.of(device);
    }
    return Placement.of(device, "cpu");
  }

  private boolean add(String device) {
    String[] kindAndNumber = device.split(":", 2);
    OrtProvider provider = PROVIDERS.get(kindAndNumber[0]);
    if (provider == null || (kindAndNumber.length == 2 && !kindAndNumber[1].matches("\\d{1,4}"))) {
      return no(device, "expected one of " + PROVIDERS.keySet().stream().sorted().toList());
    }
    if (!available.contains(provider)) {
      return no(device, "this ONNX Runtime has only " + names() + advice(provider));
    }
    try {
      add(provider, kindAndNumber.length == 2 ? Integer.parseInt(kindAndNumber[1]) : 0);
      return true;
    } catch (OrtException e) {
      return no(device, "ONNX Runtime cannot use it (" + e.getMessage() + ")" + advice(provider));
    }
  }

  private boolean no(String device, String reason) {
    reasons.add("device " + device + ": " + reason);
    return false;
  }

  private String names() {
    return available.stream().map(OrtProvider::getName).collect(Collectors.joining(", "));
  }

  private static String advice(OrtProvider provider) {
    return switch (provider) {
      case CUDA ->
          "; exclude com.microsoft.onnxruntime:onnxruntime, add onnxruntime_gpu:%s, and install CUDA and cuDNN"
              .formatted(OnnxEngineProvider.TESTED);
      case TENSOR_RT ->
          "; exclude com.microsoft.onnxruntime:onnxruntime, add onnxruntime_gpu:%s, and install CUDA, cuDNN and TensorRT"
              .formatted(OnnxEngineProvider.TESTED);
      case CORE_ML -> "; CoreML is in the macOS build";
      case DIRECT_ML -> "; DirectML needs a build of ONNX Runtime for Windows that has it";
      default -> "";
    };
  }

  private void add(OrtProvider provider, int number) throws OrtException {
    switch (provider) {
      case CUDA -> {
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(number)) {
          for (Map.Entry<String, String> entry : request.options().entrySet()) {
            cuda.add(entry.getKey(), entry.getValue());
          }
          options.addCUDA(cuda);
        }
      }
      case TENSOR_RT -> {
        try (OrtTensorRTProviderOptions tensorrt = new OrtTensorRTProviderOptions(number)) {
          for (Map.Entry<String, String> entry : request.options().entrySet()) {
            tensorrt.add(entry.getKey(), entry.getValue());
          }
          options.addTensorrt(tensorrt);
        }
      }
      case CORE_ML -> options.addCoreML();
      case DIRECT_ML -> options.addDirectML(number);
      default -> {
        // The CPU is always there.
      }
    }
  }
}

package io.mlops4j.runtime.onnx.device;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import io.mlops4j.model.Device;
import io.mlops4j.runtime.onnx.environment.OnnxVersion;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The kinds of devices that ONNX Runtime's Java API supports. */
enum DeviceKind {
  CPU(OrtProvider.CPU, "onnxruntime", ""),
  CUDA(OrtProvider.CUDA, gpu(), "an NVIDIA driver, CUDA 12 and cuDNN 9"),
  TENSORRT(OrtProvider.TENSOR_RT, gpu(), "an NVIDIA driver, CUDA 12, cuDNN 9 and TensorRT 10"),
  COREML(OrtProvider.CORE_ML, "onnxruntime on macOS", ""),
  DIRECTML(OrtProvider.DIRECT_ML, built("DirectML"), "Windows and a GPU"),
  OPENVINO(OrtProvider.OPEN_VINO, built("OpenVINO"), "OpenVINO"),
  ROCM(OrtProvider.ROCM, built("ROCm"), "an AMD GPU and ROCm"),
  XNNPACK(OrtProvider.XNNPACK, built("XNNPACK") + ", as onnxruntime-android is", "");

  private static final String DEVICE_TYPE = "device_type";

  private final OrtProvider provider;
  private final String artifact;
  private final String machine;

  DeviceKind(OrtProvider provider, String artifact, String machine) {
    this.provider = provider;
    this.artifact = artifact;
    this.machine = machine;
  }

  private static String gpu() {
    return "com.microsoft.onnxruntime:onnxruntime_gpu:"
        + OnnxVersion.TESTED
        + " in place of onnxruntime, on Linux or Windows for x64";
  }

  private static String built(String with) {
    return "an ONNX Runtime that was built with " + with + " in place of onnxruntime";
  }

  /** Returns empty for a device that ONNX Runtime does not know. */
  static Optional<DeviceKind> of(Device device) {
    return Arrays.stream(values()).filter(kind -> kind.title().equals(device.kind())).findFirst();
  }

  static Set<String> titles() {
    return Arrays.stream(values()).map(DeviceKind::title).collect(Collectors.toUnmodifiableSet());
  }

  /** The name of the device in a request, without a number. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  OrtProvider provider() {
    return provider;
  }

  /**
   * Returns the requirements of a device.
   *
   * @param built whether the ONNX Runtime on the class path was built for it
   */
  String needs(boolean built) {
    if (machine.isEmpty()) {
      return artifact;
    }
    return built ? machine : artifact + ", with " + machine;
  }

  boolean isNvidia() {
    return this == CUDA || this == TENSORRT;
  }

  boolean takesNumber() {
    return isNvidia() || this == DIRECTML || this == ROCM;
  }

  /** Returns whether a setting is allowed. Only the device itself knows which settings exist. */
  boolean takesOption(String key) {
    return switch (this) {
      case CUDA, TENSORRT, COREML, XNNPACK -> true;
      case OPENVINO -> key.equals(DEVICE_TYPE);
      case CPU, DIRECTML, ROCM -> false;
    };
  }

  /**
   * Adds a device after those that the options have.
   *
   * @throws OrtException if it is missing or rejects its settings
   */
  void add(SessionOptions options, Device device) throws OrtException {
    int number = device.number().orElse(0);
    Map<String, String> settings = device.options();
    switch (this) {
      case CPU -> {
        // ONNX Runtime always has it, as the last.
      }
      case CUDA -> {
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(number)) {
          for (Map.Entry<String, String> setting : settings.entrySet()) {
            cuda.add(setting.getKey(), setting.getValue());
          }
          options.addCUDA(cuda);
        }
      }
      case TENSORRT -> {
        try (OrtTensorRTProviderOptions tensorrt = new OrtTensorRTProviderOptions(number)) {
          for (Map.Entry<String, String> setting : settings.entrySet()) {
            tensorrt.add(setting.getKey(), setting.getValue());
          }
          options.addTensorrt(tensorrt);
        }
      }
      case COREML -> options.addCoreML(settings);
      case DIRECTML -> options.addDirectML(number);
      case OPENVINO -> options.addOpenVINO(settings.getOrDefault(DEVICE_TYPE, "CPU"));
      case ROCM -> options.addROCM(number);
      case XNNPACK -> options.addXnnpack(settings);
    }
  }
}

package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.net.URL;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The native libraries that ONNX Runtime's jar carries for this platform. */
final class NativeLibraries {
  /**
   * The two libraries that are always loaded, then those that they look for in their own folder.
   */
  private static final List<String> NAMES =
      List.of(
          "onnxruntime",
          "onnxruntime4j_jni",
          "onnxruntime_providers_shared",
          "onnxruntime_providers_cuda",
          "onnxruntime_providers_tensorrt",
          "onnxruntime_providers_openvino",
          "onnxruntime_providers_dnnl",
          "onnxruntime_providers_rocm",
          "onnxruntime_providers_qnn",
          "webgpu_dawn",
          "dxil",
          "dxcompiler");

  private NativeLibraries() {}

  /** Maps file names to the libraries in the jar; empty if the jar has none for this platform. */
  static Map<String, URL> resources() {
    String platform =
        platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    Map<String, URL> found = new LinkedHashMap<>();
    for (String name : NAMES) {
      String file = System.mapLibraryName(name).replace("jnilib", "dylib");
      URL resource =
          OrtEnvironment.class.getResource(
              String.join("/", "/ai/onnxruntime/native", platform, file));
      if (resource != null) {
        found.put(file, resource);
      }
    }
    return found;
  }

  /** Returns the platform's name in ONNX Runtime's jar. */
  static String platform(String name, String architecture) {
    String system = name.toLowerCase(Locale.ENGLISH);
    String cpu = architecture.toLowerCase(Locale.ENGLISH);
    boolean x64 = cpu.equals("amd64") || cpu.equals("x86_64");
    return String.join("-", system(system), x64 ? "x64" : cpu);
  }

  private static String system(String name) {
    if (name.contains("mac") || name.contains("darwin")) {
      return "osx";
    }
    return name.contains("win") ? "win" : "linux";
  }
}

package io.mlops4j.runtime.onnx.environment;

import ai.onnxruntime.OrtEnvironment;
import java.net.URL;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  /** Returns the main library in the jar, or null if the jar has none for this platform. */
  static @Nullable URL main() {
    return resource(file(NAMES.get(0)));
  }

  /**
   * Maps file names to the libraries in the jar, the main one first. The search for absent ones
   * opens all archives of the class path.
   */
  static Map<String, URL> resources() {
    Map<String, URL> found = new LinkedHashMap<>();
    for (String name : NAMES) {
      URL resource = resource(file(name));
      if (resource != null) {
        found.put(file(name), resource);
      }
    }
    return found;
  }

  private static String file(String name) {
    return System.mapLibraryName(name).replace("jnilib", "dylib");
  }

  private static @Nullable URL resource(String file) {
    String platform =
        platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    return OrtEnvironment.class.getResource(
        String.join("/", "/ai/onnxruntime/native", platform, file));
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

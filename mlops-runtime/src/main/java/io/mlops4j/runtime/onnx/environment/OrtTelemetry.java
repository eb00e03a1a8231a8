package io.mlops4j.runtime.onnx.environment;

import ai.onnxruntime.OrtEnvironment;
import io.mlops4j.runtime.onnx.foreign.ForeignRuntime;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's telemetry. Since 1.29, the environment sends data about the process and the
 * machine to its vendor, and keeps an identifier of the machine in the user's folder for caches.
 * {@link OrtEnvironment#setTelemetry} comes too late, because the first data is sent when the
 * environment starts. On systems other than Windows a variable prevents all of it. On Windows,
 * nothing is sent unless the system collects it.
 */
final class OrtTelemetry {
  static final String VARIABLE = "ORT_DISABLE_TELEMETRY";

  /** The first version that sends data itself. */
  private static final String FIRST = "1.29";

  private OrtTelemetry() {}

  /**
   * Returns whether the environment would start with telemetry although nobody decided on it. A
   * variable that is set, to whatever value, is a decision.
   */
  static boolean isUndecided(String system, Map<String, String> variables) {
    return !system.toLowerCase(Locale.ROOT).startsWith("windows")
        && !variables.containsKey(VARIABLE);
  }

  static boolean isUndecided() {
    return isUndecided(System.getProperty("os.name", ""), System.getenv());
  }

  /**
   * Sets the variable for the native code of this process if that is possible. The program and the
   * processes that it starts do not see it.
   *
   * @param foreignCalls the program's choice, or null
   * @return false if native functions cannot or should not be called
   */
  static boolean disable(@Nullable Boolean foreignCalls) {
    return ForeignRuntime.setVariable(foreignCalls, VARIABLE, "1");
  }

  /** Returns a warning about a version that has sent data; empty for older ones. */
  static Optional<String> warning(String version) {
    return OnnxVersion.isOlder(version, FIRST)
        ? Optional.empty()
        : Optional.of(
            "onnxruntime: ONNX Runtime %s sends data about this process and machine to Microsoft when it starts, unless the environment variable %s=1 is set before the process starts; set it, or set it to 0 to keep this and get no warning"
                .formatted(version, VARIABLE));
  }
}

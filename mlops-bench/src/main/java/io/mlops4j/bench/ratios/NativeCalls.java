package io.mlops4j.bench.ratios;

import java.util.Optional;

/** How this library calls the native library of ONNX Runtime, if {@code --calls} says so. */
public enum NativeCalls {
  /** Through ONNX Runtime's Java package. */
  JNI,
  /** Through {@code java.lang.foreign}, where a model can be called in this way. */
  FOREIGN;

  private static final String PROPERTY = "io.mlops4j.bench.calls";
  private static final int FIRST_JAVA = 22;

  /** {@return what was chosen for this process; empty if the library decides} */
  public static Optional<NativeCalls> chosen() {
    return Optional.ofNullable(System.getProperty(PROPERTY)).map(NativeCalls::valueOf);
  }

  /** The flag of a JVM in which this is chosen. */
  String flag() {
    return "-D" + PROPERTY + "=" + this;
  }

  /** Whether this Java has it. */
  boolean isPossible() {
    return this == JNI || Runtime.version().feature() >= FIRST_JAVA;
  }
}

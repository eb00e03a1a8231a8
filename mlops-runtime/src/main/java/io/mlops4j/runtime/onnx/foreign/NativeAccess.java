package io.mlops4j.runtime.onnx.foreign;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/** Whether this library may call native functions without a warning of the JVM. */
final class NativeAccess {
  private static final int FIRST_JAVA = 22;

  /** The choice of the command line, which applies if the program makes none. */
  static final String PROPERTY = "mlops4j.calls";

  private NativeAccess() {}

  /**
   * Returns why native functions should not be called.
   *
   * @param wanted the program's choice, or null
   * @return null if they may be called
   */
  static @Nullable String obstacle(@Nullable Boolean wanted) {
    return obstacle(wanted, System.getProperty(PROPERTY, ""));
  }

  static @Nullable String obstacle(@Nullable Boolean wanted, String property) {
    if (wanted != null) {
      return wanted ? oldJava() : "foreignCalls(false) was set";
    }
    return switch (property) {
      case "jni" -> "the system property %s is jni".formatted(PROPERTY);
      case "foreign" -> oldJava();
      case "" -> oldJava() == null ? noAccess() : oldJava();
      default ->
          throw new IllegalArgumentException(
              "system property %s: found \"%s\", expected jni or foreign"
                  .formatted(PROPERTY, property));
    };
  }

  private static @Nullable String oldJava() {
    int version = Runtime.version().feature();
    return version < FIRST_JAVA
        ? "Java " + FIRST_JAVA + " is needed, found " + version // formatted() takes 6 ms at first
        : null;
  }

  private static @Nullable String noAccess() {
    Module module = NativeAccess.class.getModule();
    return isEnabled(module)
        ? null
        : "native access is not enabled: start Java with --enable-native-access=" + name(module);
  }

  private static String name(Module module) {
    return module.isNamed() ? module.getName() : "ALL-UNNAMED";
  }

  /** Calls {@code Module.isNativeAccessEnabled}, which Java 17 does not have. */
  private static boolean isEnabled(Module module) {
    try {
      return (boolean)
          MethodHandles.publicLookup()
              .findVirtual(Module.class, "isNativeAccessEnabled", methodType(boolean.class))
              .invokeExact(module);
    } catch (Throwable e) {
      throw new AssertionError("cannot read whether native access is enabled", e);
    }
  }
}

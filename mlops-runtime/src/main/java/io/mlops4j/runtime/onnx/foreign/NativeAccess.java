package io.mlops4j.runtime.onnx.foreign;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/** Whether this library may call native functions without a warning of the JVM. */
final class NativeAccess {
  private static final int FIRST_JAVA = 22;

  private NativeAccess() {}

  /**
   * Returns why native functions should not be called.
   *
   * @param wanted the user's choice, or null
   * @return null if they may be called
   */
  static @Nullable String obstacle(@Nullable Boolean wanted) {
    if (wanted != null && !wanted) {
      return "foreignCalls(false) was set";
    }
    if (Runtime.version().feature() < FIRST_JAVA) {
      return "Java %d is needed, found %d".formatted(FIRST_JAVA, Runtime.version().feature());
    }
    Module module = NativeAccess.class.getModule();
    return wanted != null || isEnabled(module)
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

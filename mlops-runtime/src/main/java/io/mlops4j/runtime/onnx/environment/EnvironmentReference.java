package io.mlops4j.runtime.onnx.environment;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import org.slf4j.LoggerFactory;

/**
 * Keeps ONNX Runtime's environment alive until the process has ended.
 *
 * <p>ONNX Runtime 1.29 releases its environment in a shutdown hook of its own, which runs beside
 * all other hooks and beside every call. This also ends the threads that sessions share, and a call
 * that uses them afterwards ends the process by a signal. The environment counts its references, so
 * one more reference keeps it alive. No public method takes such a reference.
 */
final class EnvironmentReference {

  /** Process-wide, like the environment. */
  private static boolean tried;

  private static boolean taken;

  private EnvironmentReference() {}

  /**
   * Takes a reference that is never released; only the first call does so. A failure is logged.
   *
   * @return whether the environment stays until the process has ended
   */
  static synchronized boolean take(OrtEnvironment environment) {
    if (!tried) {
      tried = true;
      try {
        reference(environment);
        taken = true;
      } catch (ReflectiveOperationException | InaccessibleObjectException | LinkageError e) {
        LoggerFactory.getLogger(EnvironmentReference.class)
            .warn(
                "onnxruntime: cannot keep its environment alive during shutdown ({}); each ONNX"
                    + " model has threads of its own instead of shared ones. Open the package"
                    + " ai.onnxruntime, for example with --add-opens"
                    + " com.microsoft.onnxruntime/ai.onnxruntime=io.mlops4j.runtime",
                e.toString());
      }
    }
    return taken;
  }

  private static void reference(OrtEnvironment environment) throws ReflectiveOperationException {
    Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
    Field handle = OrtEnvironment.class.getDeclaredField("nativeHandle");
    Method create =
        OrtEnvironment.class.getDeclaredMethod("createHandle", long.class, int.class, String.class);
    AccessibleObject.setAccessible(new AccessibleObject[] {api, handle, create}, true);
    // The environment runs already, so this only adds a reference and ignores level and name.
    int level = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue();
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      // With exact types, the JVM generates one class for these calls; for reflection sixteen.
      long known = (long) lookup.unreflectGetter(handle).invokeExact(environment);
      long library = (long) lookup.unreflectGetter(api).invokeExact();
      String name = OrtEnvironment.DEFAULT_NAME;
      if ((long) lookup.unreflect(create).invokeExact(library, level, name) != known) {
        throw new ReflectiveOperationException("found another environment, expected the same");
      }
    } catch (ReflectiveOperationException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new ReflectiveOperationException(e);
    }
  }
}

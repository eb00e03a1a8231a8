package io.mlops4j.runtime.onnx.environment;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtEnvironment.ThreadingOptions;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import org.slf4j.LoggerFactory;

/**
 * ONNX Runtime's own threads, shared by all sessions. The number of threads that work beside the
 * callers is at most a budget less one, because a caller works too. It does not depend on the
 * number of loaded models and running calls. They sleep between runs and have the name of the
 * thread that starts the environment.
 *
 * <p>They belong to the environment. A process has one environment, which cannot be ended, and the
 * code that starts it decides on its threads. If other code started it, or with another budget,
 * each session has its own threads, which is ONNX Runtime's default.
 */
public final class SharedThreads {

  /** Process-wide like the environment, which does not report it; 1 if no threads are shared. */
  private static int budget = 1;

  private SharedThreads() {}

  /**
   * Starts the environment with shared threads, or returns the running one unchanged. It stays
   * until the process has ended if that is possible; otherwise no session uses shared threads.
   *
   * @param wanted how many threads one run may use, its caller included
   */
  static synchronized OrtEnvironment environment(int wanted) {
    boolean shares = wanted > 1 && start(wanted);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    if (EnvironmentReference.take(environment) && shares) {
      budget = wanted;
    }
    return environment;
  }

  /** Starts the environment. Returns false if it runs already. */
  private static boolean start(int wanted) {
    try (ThreadingOptions options = new ThreadingOptions()) {
      options.setGlobalIntraOpNumThreads(wanted);
      options.setGlobalInterOpNumThreads(1);
      options.setGlobalSpinControl(false);
      OrtEnvironment unused =
          OrtEnvironment.getEnvironment(
              OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, OrtEnvironment.DEFAULT_NAME, options);
      return true;
    } catch (IllegalStateException | OrtException e) {
      if (budget != wanted) {
        LoggerFactory.getLogger(SharedThreads.class)
            .debug(
                "each ONNX Runtime session has {} threads of its own ({})", wanted, e.toString());
      }
      return false;
    }
  }

  /**
   * Returns whether sessions can use the shared threads.
   *
   * @param wanted how many threads one run of the session may use, its caller included
   * @return false if each session has threads of its own
   */
  public static synchronized boolean serve(int wanted) {
    return wanted > 1 && wanted == budget;
  }
}

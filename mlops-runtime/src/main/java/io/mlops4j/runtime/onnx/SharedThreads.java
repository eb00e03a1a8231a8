package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtEnvironment.ThreadingOptions;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ONNX Runtime's own threads, shared by all sessions: however many models are loaded, and however
 * many calls run, no more than a budget less one (the caller is the last) work beside the callers.
 * They sleep between runs and are named as the thread that starts the environment.
 *
 * <p>They belong to the environment, of which a process has one, and which nobody can end: who
 * starts it decides. Where somebody else did, or with another budget, each session has its own
 * threads, as is ONNX Runtime's default.
 */
final class SharedThreads {
  private static final Logger LOG = LoggerFactory.getLogger(SharedThreads.class);

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

  /** False if the environment runs already. */
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
        LOG.debug("each ONNX Runtime session has {} threads of its own ({})", wanted, e.toString());
      }
      return false;
    }
  }

  /** Returns whether sessions with this budget can use the shared threads. */
  static synchronized boolean serve(int wanted) {
    return wanted > 1 && wanted == budget;
  }
}

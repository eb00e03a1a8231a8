package io.mlops4j.runtime.onnx.environment;

import ai.onnxruntime.OrtException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Opens sessions on threads with a large stack. ONNX Runtime lays out a tree by calls that are as
 * deep as the tree. On a thread with a small stack, this would end the process. Runs of trees have
 * no such calls. The unused part of a stack takes no memory.
 */
public final class LargeStack {
  private static final long BYTES = 16L << 20;

  /** Threads that ONNX Runtime starts for one session are named by its first 15 characters. */
  private static final String NAME = "mlops4j-onnx-open";

  private LargeStack() {}

  /**
   * Opens something.
   *
   * @param <T> what it opens
   */
  public interface Opening<T> extends Callable<T> {
    @Override
    T call() throws OrtException;
  }

  /**
   * Opens something, and waits for it even if interrupted.
   *
   * @param <T> what is opened
   * @param opening opens it
   * @return what is open
   * @throws OrtException if ONNX Runtime refuses it
   */
  public static <T> T open(Opening<T> opening) throws OrtException {
    FutureTask<T> task = new FutureTask<>(opening);
    try {
      return result(start(task, NAME, BYTES), task);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OrtException refusal) {
        throw refusal;
      }
      throw unchecked(e);
    }
  }

  static Thread start(Runnable task, String name, long stack) {
    Thread thread = new Thread(null, task, name, stack);
    thread.start();
    return thread;
  }

  /** Waits for the end of a task and its thread. An interrupt is kept for later. */
  static <T> T result(Thread thread, FutureTask<T> task) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          thread.join();
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns the unchecked cause; throws it if it is an error. */
  static RuntimeException unchecked(ExecutionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
  }
}

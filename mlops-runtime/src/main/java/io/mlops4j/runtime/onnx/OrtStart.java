package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Starts ONNX Runtime's environment, which loads its native library, in a thread of its own.
 *
 * <p>On Linux, ONNX Runtime 1.29.0 matches the command line of the process with a recursive
 * pattern, a frame or more for each character. With some 4000 characters, which a class path easily
 * has, that overflows a thread's usual stack of 1 MiB, and the JVM dies without a word. So this
 * thread's stack grows with the command line; what is not used of it is never backed by memory.
 */
final class OrtStart {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final long USUAL_STACK = 8L << 20;

  /** Measured: more than 256, less than 640. */
  private static final long STACK_PER_CHARACTER = 1024;

  private OrtStart() {}

  /**
   * @throws LinkageError if the native library cannot be loaded
   */
  static OrtEnvironment environment() {
    FutureTask<OrtEnvironment> start = new FutureTask<>(OrtEnvironment::getEnvironment);
    new Thread(null, start, "mlops4j-onnxruntime-start", stackSize()).start();
    return result(start);
  }

  private static long stackSize() {
    try {
      return USUAL_STACK + STACK_PER_CHARACTER * Files.readAllBytes(COMMAND_LINE).length;
    } catch (IOException e) {
      return USUAL_STACK; // not Linux, where nobody reads it
    }
  }

  private static OrtEnvironment result(FutureTask<OrtEnvironment> start) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return start.get();
        } catch (InterruptedException e) {
          interrupted = true; // the library is loaded once and for all: not a call to give up
        }
      }
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException unwrapped(ExecutionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
  }
}

package io.mlops4j.runtime.onnx.environment;

import ai.onnxruntime.OrtEnvironment;
import io.mlops4j.runtime.internal.cache.NativeLibraryCache;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.foreign.ForeignRuntime;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.invoke.MethodHandles;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.LoggerFactory;

/**
 * Starts ONNX Runtime's environment, which loads its native library, in a thread of its own.
 *
 * <p>On Linux, ONNX Runtime 1.29.0, unless its telemetry is off, matches the command line of the
 * process with a recursive pattern, which takes a stack frame or more for each character. Some 4000
 * characters, which a class path easily has, overflow a thread's usual stack of 1 MiB, and the JVM
 * dies without a message. Therefore a longer command line gives this thread a larger stack. The
 * unused part of the stack takes no memory.
 */
public final class OrtStart {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final long USUAL_STACK = 8L << 20;

  /** In bytes. Measured: more than 256 are needed, less than 640. */
  private static final long STACK_PER_CHARACTER = 1024;

  /**
   * The property that names the folder where ONNX Runtime looks for its libraries before it
   * extracts them.
   */
  private static final String FOLDER = "onnxruntime.native.path";

  /** On Linux, the threads that ONNX Runtime starts are named by its first 15 characters. */
  private static final String NAME = "mlops4j-onnx-start";

  private static final String OF_THE_USER = "onnxruntime.native.";
  private static final Path MAPPINGS = Path.of("/proc/self/maps");

  private OrtStart() {}

  /**
   * Starts the environment, or returns the running one.
   *
   * @param nativeCache the folder that keeps extracted libraries, if there is one
   * @param threads how many one run may use
   * @param foreignCalls whether models are called without JNI; empty if that is not decided
   * @return the environment
   * @throws LinkageError if the native library cannot be loaded
   */
  public static OrtEnvironment environment(
      Optional<Path> nativeCache, int threads, Optional<Boolean> foreignCalls) {
    CountDownLatch verified = new CountDownLatch(1);
    CountDownLatch silenced = new CountDownLatch(1);
    FutureTask<OrtEnvironment> start =
        new FutureTask<>(
            () ->
                nativeCache.isEmpty()
                    ? environment(threads, silenced)
                    : environment(nativeCache.get(), threads, verified, silenced));
    Thread thread = LargeStack.start(start, NAME, stackSize());
    if (nativeCache.isPresent()) {
      await(verified);
    }
    boolean sends;
    try {
      sends = OrtTelemetry.isUndecided() && !OrtTelemetry.disable(foreignCalls.orElse(null));
    } finally {
      silenced.countDown();
    }
    if (nativeCache.isPresent()) {
      loadClasses(foreignCalls);
    }
    try {
      OrtEnvironment environment = LargeStack.result(thread, start);
      if (sends) {
        OrtTelemetry.warning(environment.getVersion())
            .ifPresent(warning -> LoggerFactory.getLogger(OrtStart.class).warn(warning));
      }
      return environment;
    } catch (ExecutionException e) {
      throw LargeStack.unchecked(e);
    }
  }

  /** Ends early if interrupted, because only the order of work depends on it. */
  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Loads classes while the libraries are loaded: those that ONNX Runtime's first class needs, a
   * logger and a random number generator, and those that the first call needs. In a new process,
   * loading them takes a third of the start. Before that, the thread that verifies the libraries
   * would have to wait for a processor.
   */
  private static void loadClasses(Optional<Boolean> foreignCalls) {
    java.util.logging.Logger.getLogger(OrtStart.class.getName());
    new SecureRandom().nextLong();
    Native.load();
    ForeignRuntime.prepare(foreignCalls.orElse(null));
    OnnxGraph.load();
  }

  /** Loads the library, waits until telemetry is off, and starts the environment. */
  private static OrtEnvironment environment(int threads, CountDownLatch silenced)
      throws IllegalAccessException {
    MethodHandles.lookup().ensureInitialized(OrtEnvironment.class);
    await(silenced);
    return SharedThreads.environment(threads);
  }

  /** Synchronized, because the property is process-wide. */
  private static synchronized OrtEnvironment environment(
      Path nativeCache, int threads, CountDownLatch verified, CountDownLatch silenced)
      throws IllegalAccessException {
    Optional<Path> libraries;
    try {
      libraries = libraries(nativeCache);
    } finally {
      verified.countDown();
    }
    if (libraries.isEmpty()) {
      return environment(threads, silenced);
    }
    System.setProperty(FOLDER, libraries.get().toString());
    try {
      return environment(threads, silenced);
    } finally {
      System.clearProperty(FOLDER); // it was read, and no other code should see it
    }
  }

  private static Optional<Path> libraries(Path nativeCache) {
    Optional<String> loaded = loaded();
    if (loaded.isPresent()) {
      if (!isIn(nativeCache, loaded.get())) {
        LoggerFactory.getLogger(OrtStart.class)
            .info(
                "{}: has no effect, because this process has already loaded {}",
                nativeCache,
                loaded.get());
      }
      return Optional.empty();
    }
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith(OF_THE_USER)) {
        LoggerFactory.getLogger(OrtStart.class)
            .info("{}: has no effect, because the system property {} is set", nativeCache, name);
        return Optional.empty();
      }
    }
    URL library = NativeLibraries.main();
    if (library == null) {
      LoggerFactory.getLogger(OrtStart.class)
          .info("{}: has no effect, because the jar has no library for this platform", nativeCache);
      return Optional.empty();
    }
    return NativeLibraryCache.in(nativeCache, library, NativeLibraries::resources);
  }

  /** Whether a file is below a folder, which may be given by a link. */
  static boolean isIn(Path folder, String file) {
    try {
      return Path.of(file).toRealPath().startsWith(folder.toRealPath());
    } catch (IOException | InvalidPathException e) {
      return false;
    }
  }

  /** Returns ONNX Runtime's library if this process has loaded it and the system shows it. */
  private static Optional<String> loaded() {
    Charset names = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(Files.newInputStream(MAPPINGS), names))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.contains("/libonnxruntime")) {
          return Optional.of(line.substring(line.indexOf('/')));
        }
      }
    } catch (IOException e) {
      LoggerFactory.getLogger(OrtStart.class)
          .debug("not Linux: the loaded libraries are unknown ({})", e.toString());
    }
    return Optional.empty();
  }

  private static long stackSize() {
    try {
      return USUAL_STACK + STACK_PER_CHARACTER * Files.readAllBytes(COMMAND_LINE).length;
    } catch (IOException e) {
      return USUAL_STACK; // not Linux, where ONNX Runtime does not read it
    }
  }
}

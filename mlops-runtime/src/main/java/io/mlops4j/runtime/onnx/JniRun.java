package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import io.mlops4j.runtime.onnx.environment.OnnxVersion;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Runs with the same tensors again and again, all outputs pinned.
 *
 * <p>{@code OrtSession.run} collects names and handles in new arrays, and its results in a map, for
 * each run. That takes a twentieth of the time of a small model. This class makes the arrays once,
 * and calls the native method under it, which is private. It does so with the tested version of
 * ONNX Runtime only, because a handle that is passed in another place ends the process.
 */
final class JniRun {
  private static final @Nullable Internals INTERNALS = internals();

  /** A constant, so that the JIT compiles a call to that of the native method. */
  private static final @Nullable MethodHandle RUN = INTERNALS == null ? null : INTERNALS.run();

  private final OrtSession session;
  private final long api;
  private final long handle;
  private final long allocator;
  private final String[] names;
  private final long[] inputs;
  private final String[] fetched;
  private final OnnxValue[] outputs;
  private final long[] written;
  private final long options;

  /** What is not public. */
  private record Internals(
      MethodHandle run,
      Field api,
      Field session,
      Field allocator,
      Field allocatorHandle,
      Method value,
      Method options) {}

  private JniRun(
      Internals internals,
      OrtSession session,
      Map<String, OnnxTensor> inputs,
      Map<String, OnnxTensor> outputs,
      RunOptions options)
      throws ReflectiveOperationException {
    this.session = session;
    this.api = internals.api().getLong(null);
    this.handle = internals.session().getLong(session);
    this.allocator = internals.allocatorHandle().getLong(internals.allocator().get(session));
    this.names = inputs.keySet().toArray(String[]::new);
    this.inputs = handles(internals, inputs);
    this.fetched = outputs.keySet().toArray(String[]::new);
    this.outputs = outputs.values().toArray(OnnxValue[]::new);
    this.written = handles(internals, outputs);
    this.options = (long) internals.options().invoke(options);
  }

  private static long[] handles(Internals internals, Map<String, OnnxTensor> tensors)
      throws ReflectiveOperationException {
    long[] handles = new long[tensors.size()];
    int i = 0;
    for (OnnxTensor tensor : tensors.values()) {
      handles[i++] = (long) internals.value().invoke(null, tensor);
    }
    return handles;
  }

  /**
   * Prepares runs, none of which may begin after a tensor, the options or the session were closed.
   *
   * @return null if ONNX Runtime's method cannot be reached
   */
  static @Nullable JniRun of(
      OrtSession session,
      Map<String, OnnxTensor> inputs,
      Map<String, OnnxTensor> outputs,
      RunOptions options) {
    try {
      return INTERNALS == null ? null : new JniRun(INTERNALS, session, inputs, outputs, options);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  private static @Nullable Internals internals() {
    if (!OrtEnvironment.getEnvironment().getVersion().equals(OnnxVersion.TESTED)) {
      return null;
    }
    try {
      Method run =
          OrtSession.class.getDeclaredMethod(
              "run",
              long.class,
              long.class,
              long.class,
              String[].class,
              long[].class,
              long.class,
              String[].class,
              long.class,
              OnnxValue[].class,
              long[].class,
              long.class);
      Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
      Field session = OrtSession.class.getDeclaredField("nativeHandle");
      Field allocator = OrtSession.class.getDeclaredField("allocator");
      Field allocatorHandle = allocator.getType().getDeclaredField("handle");
      Method value = OrtSession.class.getDeclaredMethod("getHandle", OnnxValue.class);
      Method options = RunOptions.class.getDeclaredMethod("getNativeHandle");
      AccessibleObject.setAccessible(
          new AccessibleObject[] {run, api, session, allocator, allocatorHandle, value, options},
          true);
      MethodHandle handle = MethodHandles.lookup().unreflect(run);
      return new Internals(handle, api, session, allocator, allocatorHandle, value, options);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      LoggerFactory.getLogger(JniRun.class)
          .debug("onnxruntime: its public method is called, which takes longer", e);
      return null;
    }
  }

  void call() throws OrtException {
    try {
      boolean[] unused =
          (boolean[])
              Objects.requireNonNull(RUN)
                  .invokeExact(
                      session,
                      api,
                      handle,
                      allocator,
                      names,
                      inputs,
                      (long) names.length,
                      fetched,
                      (long) fetched.length,
                      outputs,
                      written,
                      options);
    } catch (OrtException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}

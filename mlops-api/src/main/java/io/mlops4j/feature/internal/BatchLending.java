package io.mlops4j.feature.internal;

import io.mlops4j.feature.FeatureBatch;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Creates further handles on the rows of a batch, for the modules of this library. Applications use
 * {@link FeatureBatch#retain}.
 *
 * <p>The methods of {@link FeatureBatch} that do this are package-private, so that applications
 * cannot depend on them. Constant method handles call them at no cost. Thread safe.
 */
public final class BatchLending {
  private static final MethodHandle LEND = find("lend");
  private static final MethodHandle LEND_LATER = find("lendLater");
  private static final MethodHandle HOLD =
      find(
          lookup ->
              lookup.findVirtual(
                  FeatureBatch.class, "hold", MethodType.methodType(AutoCloseable.class)));
  private static final MethodHandle HELD =
      find(
          lookup ->
              lookup.findStatic(
                  FeatureBatch.class,
                  "held",
                  MethodType.methodType(FeatureBatch.class, AutoCloseable.class)));

  private static final MethodHandle LATE =
      find(
          lookup ->
              lookup.findStatic(
                  FeatureBatch.class,
                  "late",
                  MethodType.methodType(
                      FeatureBatch.class, int.class, Supplier.class, AutoCloseable.class)));

  private BatchLending() {}

  private interface Search {
    MethodHandle in(MethodHandles.Lookup lookup) throws ReflectiveOperationException;
  }

  private static MethodHandle find(Search search) {
    try {
      return search.in(MethodHandles.privateLookupIn(FeatureBatch.class, MethodHandles.lookup()));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static MethodHandle find(String name) {
    return find(
        lookup ->
            lookup.findVirtual(
                FeatureBatch.class,
                name,
                MethodType.methodType(FeatureBatch.class, BufferAllocator.class)));
  }

  /**
   * Returns a further handle on the rows, and sets where borrowed rows are copied. A handle on an
   * owned batch keeps the memory of the rows allocated; a handle on a borrowed batch does not.
   *
   * @param batch an open batch
   * @param copies where {@link FeatureBatch#retain} of the result allocates its copy; it must
   *     outlive every such copy
   * @return a batch; the caller closes it, and before the given batch if that is borrowed
   */
  public static FeatureBatch lend(FeatureBatch batch, BufferAllocator copies) {
    try {
      return (FeatureBatch) LEND.invokeExact(batch, copies);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /**
   * Returns a further handle for a reader on another thread. It keeps the memory of owned and of
   * borrowed rows until it is closed. It does not prevent others from writing to the rows.
   *
   * @param batch an open batch
   * @param copies where {@link FeatureBatch#retain} of the result allocates its copy; it must
   *     outlive every such copy
   * @return a batch; the caller closes it
   * @throws IllegalArgumentException if a dictionary is missing
   */
  public static FeatureBatch lendLater(FeatureBatch batch, BufferAllocator copies) {
    try {
      return (FeatureBatch) LEND_LATER.invokeExact(batch, copies);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /**
   * Keeps the memory of owned rows without a further handle.
   *
   * @param batch an open batch
   * @return what keeps the memory until it is closed, or until the batch that {@link #held} made of
   *     it is closed; null if the rows are borrowed
   */
  public static @Nullable AutoCloseable hold(FeatureBatch batch) {
    try {
      return (AutoCloseable) HOLD.invokeExact(batch);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /**
   * Returns a batch of rows that are held. Closing it closes the hold.
   *
   * @param hold what {@link #hold} returned, which is not used otherwise any more
   * @return an owned batch; the caller closes it
   */
  public static FeatureBatch held(AutoCloseable hold) {
    try {
      return (FeatureBatch) HELD.invokeExact(hold);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /**
   * Returns rows that become columns in the thread that reads them first, whichever handle it has.
   * If that fails, the next reader tries again.
   *
   * @param rows the number of rows
   * @param columns makes the columns, for one thread at a time and never after {@code memory} was
   *     closed
   * @param memory frees the rows and their columns, when the last handle is closed
   * @return an owned batch; the caller closes it
   */
  public static FeatureBatch late(
      int rows, Supplier<VectorSchemaRoot> columns, AutoCloseable memory) {
    try {
      return (FeatureBatch) LATE.invokeExact(rows, columns, memory);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException e ? e : new IllegalStateException(thrown);
  }
}

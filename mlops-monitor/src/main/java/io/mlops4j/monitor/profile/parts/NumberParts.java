package io.mlops4j.monitor.profile.parts;

import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.internal.ExactMoments;
import io.mlops4j.monitor.profile.internal.HyperLogLog;
import io.mlops4j.monitor.profile.internal.NumberBins;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.Collection;
import java.util.List;

/**
 * The parts of a profile of numbers: read without copies, and put together again. The arrays are
 * not to be changed.
 *
 * <p>They are private in {@link NumberProfile}, an exported type, so that applications get copies
 * only. To compare a column took ten copies of up to 2 kB, for each window of a monitor. Constant
 * method handles reach the parts at no cost.
 */
public final class NumberParts {
  private static final Lookup NUMBERS = inside(NumberProfile.class);
  private static final MethodHandle COUNTS = part(NUMBERS, "counts", long[].class);
  private static final MethodHandle BINS = part(NUMBERS, "bins", NumberBins.class);
  private static final MethodHandle MOMENTS = part(NUMBERS, "moments", ExactMoments.class);
  private static final MethodHandle EDGES = part(inside(NumberBins.class), "edges", double[].class);
  private static final MethodHandle NEW_NUMBERS =
      constructor(
          NUMBERS,
          String.class,
          Role.class,
          NumberBins.class,
          long[].class,
          long.class,
          long.class,
          double.class,
          double.class,
          ExactMoments.class,
          HyperLogLog.class);
  private static final MethodHandle NEW_PROFILE =
      constructor(inside(Profile.class), long.class, Collection.class);

  private NumberParts() {}

  /** Returns the array of {@link NumberProfile#counts}. */
  public static long[] counts(NumberProfile profile) {
    try {
      return (long[]) COUNTS.invokeExact(profile);
    } catch (Throwable e) {
      throw new AssertionError(e); // a getter of a field that is there
    }
  }

  /** Returns the array of {@link NumberProfile#edges}. */
  public static double[] edges(NumberProfile profile) {
    try {
      return (double[]) EDGES.invokeExact(bins(profile));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the bins, which profiles with the same reference may share. */
  public static NumberBins bins(NumberProfile profile) {
    try {
      return (NumberBins) BINS.invokeExact(profile);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the sums of the finite values. */
  public static ExactMoments moments(NumberProfile profile) {
    try {
      return (ExactMoments) MOMENTS.invokeExact(profile);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Returns a profile of one column of these parts, without the number of distinct values.
   *
   * @param rows the rows of the profile
   * @param counts the count of each bin; not copied
   */
  public static Profile profile(
      long rows,
      String name,
      Role role,
      NumberBins bins,
      long[] counts,
      long missing,
      long infinite,
      double min,
      double max,
      ExactMoments moments) {
    try {
      NumberProfile column =
          (NumberProfile)
              NEW_NUMBERS.invokeExact(
                  name,
                  role,
                  bins,
                  counts,
                  missing,
                  infinite,
                  min,
                  max,
                  moments,
                  (HyperLogLog) null);
      return (Profile) NEW_PROFILE.invokeExact(rows, (Collection<?>) List.of(column));
    } catch (Throwable e) {
      throw new AssertionError(e); // constructors that check nothing
    }
  }

  private static Lookup inside(Class<?> owner) {
    try {
      return MethodHandles.privateLookupIn(owner, MethodHandles.lookup());
    } catch (IllegalAccessException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static MethodHandle part(Lookup owner, String name, Class<?> type) {
    try {
      return owner.findGetter(owner.lookupClass(), name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static MethodHandle constructor(Lookup owner, Class<?>... parameters) {
    try {
      return owner.findConstructor(
          owner.lookupClass(), MethodType.methodType(void.class, parameters));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}

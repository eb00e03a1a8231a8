package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.internal.NumberBins;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/**
 * The arrays of a profile of numbers, which are not to be changed. The methods of {@link
 * NumberProfile} copy them: to compare a column took ten copies of up to 2 kB, for each window of a
 * monitor. The fields are private, so that applications get copies only. Constant method handles
 * read them at no cost.
 */
final class ProfileArrays {
  private static final MethodHandle COUNTS = field(NumberProfile.class, "counts", long[].class);
  private static final MethodHandle BINS = field(NumberProfile.class, "bins", NumberBins.class);
  private static final MethodHandle EDGES = field(NumberBins.class, "edges", double[].class);

  private ProfileArrays() {}

  private static MethodHandle field(Class<?> owner, String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
          .findGetter(owner, name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The array of {@link NumberProfile#counts}. */
  static long[] counts(NumberProfile profile) {
    try {
      return (long[]) COUNTS.invokeExact(profile);
    } catch (Throwable e) {
      throw new AssertionError(e); // a getter of a field that is there
    }
  }

  /** The array of {@link NumberProfile#edges}. */
  static double[] edges(NumberProfile profile) {
    try {
      return (double[]) EDGES.invokeExact((NumberBins) BINS.invokeExact(profile));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}

package io.mlops4j.bench.soak.part;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What a misuse may end in. */
public final class Expect {
  private Expect() {}

  /** Fails if there is no exception, or one of another type. */
  public static void exception(Callable<?> misuse, Class<?>... types) {
    Object result;
    try {
      result = misuse.call();
    } catch (Exception e) {
      Throwable cause = cause(e);
      if (Arrays.stream(types).noneMatch(type -> type.isInstance(cause))) {
        throw new AssertionError("found " + cause + ", expected one of " + Arrays.asList(types), e);
      }
      return;
    }
    throw new AssertionError("found " + result + ", expected one of " + Arrays.asList(types));
  }

  /** Whether it ended well; fails if in an exception of another type. */
  public static boolean answerOr(Callable<?> use, Class<?>... types) {
    try {
      use.call();
      return true;
    } catch (Exception e) {
      Throwable cause = cause(e);
      if (Arrays.stream(types).noneMatch(type -> type.isInstance(cause))) {
        throw new AssertionError("found " + cause + ", expected one of " + Arrays.asList(types), e);
      }
      return false;
    }
  }

  /** What a future wrapped. */
  public static Throwable cause(Throwable e) {
    Throwable cause = e.getCause();
    return (e instanceof ExecutionException || e instanceof CompletionException) && cause != null
        ? cause
        : e;
  }

  /** Fails if the numbers are others. */
  public static void same(float[] found, float... expected) {
    if (!Arrays.equals(found, expected)) {
      throw new AssertionError(
          "found " + Arrays.toString(found) + ", expected " + Arrays.toString(expected));
    }
  }
}

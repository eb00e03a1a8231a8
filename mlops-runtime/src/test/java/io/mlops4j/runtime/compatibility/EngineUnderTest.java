package io.mlops4j.runtime.compatibility;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.EngineProvider;
import java.util.Optional;

/** An engine, and models for it. */
public interface EngineUnderTest {
  /** A provider, which must also be found by {@link java.util.ServiceLoader}. */
  EngineProvider provider();

  /** The format of the models. */
  ModelFormat format();

  /** A model for a job that is not excused by {@link #cannot(Job)}. */
  TestModel model(Job job);

  /**
   * A model {@code (x: type[N, 3]) -> (same: type[N, 3])} that gives back what it is given, for a
   * type that is not excused by {@link #cannot(ElementType)}. It may have more outputs.
   */
  TestModel identity(ElementType type);

  /** The n of {@link Job#SLOW} that takes some tenths of a second; without end if runs can end. */
  long slow();

  /** Whether runs go on in native code, so that a stack of Java's ends there. */
  default boolean isNative() {
    return true;
  }

  /** Why a job other than {@link Job#AFFINE} cannot be done; printed in place of its tests. */
  default Optional<String> cannot(Job job) {
    return Optional.empty();
  }

  /** Why a type cannot be given; printed in place of its test. */
  default Optional<String> cannot(ElementType type) {
    return Optional.empty();
  }

  /** Why nothing can be tested on this machine; printed in place of all tests. */
  default Optional<String> cannotRun() {
    return provider().missing();
  }
}

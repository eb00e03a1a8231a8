package io.mlops4j.runtime.onnx.foreign;

import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The types of {@code java.lang.foreign}, which Java 17 lacks, as far as {@link FunctionsTemplate}
 * is compiled against them. None is used when it runs.
 */
@SuppressWarnings("DoNotCallSuggester") // nobody does
final class Java22 {
  private Java22() {}

  private static UnsupportedOperationException absent() {
    return new UnsupportedOperationException("compiled against, never called");
  }

  interface MemorySegment {
    static MemorySegment ofAddress(long address) {
      throw absent();
    }

    long address();
  }

  interface MemoryLayout {}

  interface ValueLayout extends MemoryLayout {
    OfLong JAVA_LONG = new OfLong() {};

    interface OfLong extends ValueLayout {}
  }

  interface FunctionDescriptor {
    static FunctionDescriptor of(MemoryLayout returned, MemoryLayout... taken) {
      throw absent();
    }
  }

  interface SymbolLookup {
    static SymbolLookup loaderLookup() {
      throw absent();
    }

    Optional<MemorySegment> find(String symbol);
  }

  interface Linker {
    static Linker nativeLinker() {
      throw absent();
    }

    SymbolLookup defaultLookup();

    MethodHandle downcallHandle(FunctionDescriptor function, Option... options);

    interface Option {}
  }
}

package io.mlops4j.runtime.onnx.foreign;

import io.mlops4j.runtime.onnx.foreign.Java22.FunctionDescriptor;
import io.mlops4j.runtime.onnx.foreign.Java22.Linker;
import io.mlops4j.runtime.onnx.foreign.Java22.MemorySegment;
import io.mlops4j.runtime.onnx.foreign.Java22.SymbolLookup;
import io.mlops4j.runtime.onnx.foreign.Java22.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Runs as a copy in which the names of {@link Java22} are those of {@code java.lang.foreign}. */
final class FunctionsTemplate implements Functions {
  private static final MethodHandle CALL = link();

  private static MethodHandle link() {
    ValueLayout number = ValueLayout.JAVA_LONG;
    return Linker.nativeLinker()
        .downcallHandle(
            FunctionDescriptor.of(
                number, number, number, number, number, number, number, number, number));
  }

  @Override
  public long call(long function, long a, long b, long c, long d, long e, long f, long g, long h) {
    try {
      return (long) CALL.invokeExact(MemorySegment.ofAddress(function), a, b, c, d, e, f, g, h);
    } catch (Throwable failure) { // a call itself throws nothing that a caller could handle
      throw new AssertionError("cannot call a native function", failure);
    }
  }

  @Override
  public long ofSystem(String symbol) {
    return address(Linker.nativeLinker().defaultLookup(), symbol);
  }

  @Override
  public long ofLoader(String symbol) {
    return address(SymbolLookup.loaderLookup(), symbol);
  }

  private static long address(SymbolLookup lookup, String symbol) {
    Optional<MemorySegment> found = lookup.find(symbol);
    return found.isPresent() ? found.get().address() : 0;
  }
}

package io.mlops4j.runtime.onnx.foreign;

/** C functions: where they are, and calls of them. Thread safe. */
interface Functions {
  /** Calls a function. Arguments that it does not have are 0. */
  long call(long function, long a, long b, long c, long d, long e, long f, long g, long h);

  /** Returns the address of a function of the system's C library, or 0. */
  long ofSystem(String symbol);

  /** Returns the address of a symbol in the libraries of this class's loader, or 0. */
  long ofLoader(String symbol);
}

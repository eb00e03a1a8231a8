package io.mlops4j.runtime.onnx.foreign;

import io.mlops4j.runtime.memory.DirectMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds symbols in the library that ONNX Runtime's Java package has loaded, and in the system's.
 *
 * <p>On Linux, the file is found among the mapped files of the process, and opened again, which
 * returns the loaded copy. Elsewhere the symbol is looked up in the libraries of this class's
 * loader.
 */
final class LoadedLibrary {
  private static final Path MAPPINGS = Path.of("/proc/self/maps");
  private static final String NAME = "/libonnxruntime.so";

  /** {@code RTLD_NOW | RTLD_NOLOAD}, on Linux. */
  private static final int LOADED_BEFORE = 6;

  private LoadedLibrary() {}

  /**
   * Returns the address of a symbol.
   *
   * @throws UnsatisfiedLinkError if the library or the symbol is not found, or if the process has
   *     more than one copy of the library
   */
  static long address(String symbol) {
    return Files.isReadable(MAPPINGS)
        ? ofFile(file(mapped()), symbol)
        : found(Downcalls.FUNCTIONS.ofLoader(symbol), "ONNX Runtime's library", symbol);
  }

  /**
   * Returns the address of a function of the system's C library.
   *
   * @throws UnsatisfiedLinkError if it has no such function
   */
  static long ofSystem(String symbol) {
    return found(Downcalls.FUNCTIONS.ofSystem(symbol), "the system's C library", symbol);
  }

  private static long found(long address, String library, String symbol) {
    if (address == 0) {
      throw new UnsatisfiedLinkError(library + " has no symbol " + symbol);
    }
    return address;
  }

  /** Returns the only file; two copies of the library would have two environments. */
  static String file(Set<String> mapped) {
    if (mapped.size() != 1) {
      throw new UnsatisfiedLinkError(
          "found %d loaded copies of ONNX Runtime's library, expected 1: %s"
              .formatted(mapped.size(), mapped));
    }
    return mapped.iterator().next();
  }

  /** Returns the files, each of whose characters is one byte, in whatever encoding. */
  private static Set<String> mapped() {
    Set<String> files = new TreeSet<>();
    try (BufferedReader lines = Files.newBufferedReader(MAPPINGS, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.contains(NAME)) {
          files.add(line.substring(line.indexOf('/')));
        }
      }
      return files;
    } catch (IOException e) {
      throw (Error) new UnsatisfiedLinkError("cannot read " + MAPPINGS).initCause(e);
    }
  }

  /**
   * Calls {@code dlopen} and {@code dlsym}. {@code SymbolLookup.libraryLookup} does the same, but
   * the JVM generates eight classes to call it, as it depends on its caller.
   */
  private static long ofFile(String file, String symbol) {
    try (Scratch scratch = new Scratch(new DirectMemory())) {
      long open = ofSystem("dlopen");
      long library = Downcalls.call(open, scratch.bytes(file), LOADED_BEFORE, 0, 0);
      return found(
          library == 0 ? 0 : Downcalls.call(ofSystem("dlsym"), library, scratch.text(symbol), 0, 0),
          file,
          symbol);
    }
  }
}

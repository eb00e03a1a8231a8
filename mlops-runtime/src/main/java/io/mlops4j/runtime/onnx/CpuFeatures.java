package io.mlops4j.runtime.onnx;

import io.mlops4j.model.Digest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The features of the CPU that decide how ONNX Runtime optimises a model: its instruction sets, on
 * which the block sizes of convolutions and the fusions of quantised operators depend.
 *
 * <p>On Linux they are read from {@code /proc/cpuinfo}. On other systems Java cannot read them.
 */
final class CpuFeatures {
  private static final Path CPUS = Path.of("/proc/cpuinfo");

  /**
   * The keys of these features on x86, ARM and RISC-V. Other lines are frequencies, numbers and
   * vulnerabilities.
   */
  private static final Set<String> DECIDING =
      Set.of(
          "vendor_id",
          "cpu family",
          "model",
          "stepping",
          "flags",
          "Features",
          "CPU implementer",
          "CPU architecture",
          "CPU variant",
          "CPU part",
          "CPU revision",
          "isa",
          "uarch");

  private static final Set<String> INSTRUCTIONS = Set.of("flags", "Features", "isa");

  private CpuFeatures() {}

  /** Returns a text that is equal on equal CPUs; empty if the features cannot be read. */
  static Optional<String> of() {
    return of(CPUS);
  }

  static Optional<String> of(Path cpus) {
    List<String> found = new ArrayList<>();
    boolean instructions = false;
    // Only the first CPU: Linux shows programs the same instructions on all.
    try (BufferedReader lines = Files.newBufferedReader(cpus, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine();
          line != null && !line.isBlank();
          line = lines.readLine()) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? "" : line.substring(0, colon).strip();
        if (DECIDING.contains(name)) {
          found.add(name + "=" + line.substring(colon + 1).strip());
          instructions |= INSTRUCTIONS.contains(name);
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    if (!instructions) {
      return Optional.empty();
    }
    byte[] text = String.join("\n", found).getBytes(StandardCharsets.UTF_8);
    return Optional.of(System.getProperty("os.arch") + " " + Digest.sha256(text).hex());
  }
}

package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuFeaturesTest {
  private static final String X86 =
      """
      processor\t: 0
      vendor_id\t: GenuineIntel
      cpu family\t: 6
      model\t\t: 143
      model name\t: Some Processor @ 2.10GHz
      stepping\t: 8
      microcode\t: 0x2b
      cpu MHz\t\t: 2100.000
      cache size\t: 107520 KB
      flags\t\t: fpu vme avx2 avx512f amx_int8
      bugs\t\t: spectre_v1
      bogomips\t: 4200.00

      processor\t: 1
      vendor_id\t: GenuineIntel
      """;
  private static final String ARM =
      """
      processor\t: 0
      BogoMIPS\t: 243.75
      Features\t: fp asimd sve bf16 i8mm
      CPU implementer\t: 0x41
      CPU architecture: 8
      CPU variant\t: 0x0
      CPU part\t: 0xd4f
      CPU revision\t: 1
      """;
  private static final String RISCV =
      """
      processor\t: 0
      hart\t\t: 2
      isa\t\t: rv64imafdcv
      uarch\t\t: sifive,u74-mc
      """;

  @TempDir Path temporary;

  private Optional<String> of(String cpus) throws IOException {
    return CpuFeatures.of(Files.writeString(temporary.resolve("cpuinfo"), cpus));
  }

  @Test
  void whatChangesWhileAMachineRunsDoesNotCount() throws IOException {
    Optional<String> found = of(X86);
    assertThat(found).isPresent();
    assertThat(of(X86.replace("2100.000", "3100.125"))).isEqualTo(found);
    assertThat(of(X86.replace("0x2b", "0x2c"))).isEqualTo(found);
    assertThat(of(X86.replace("spectre_v1", "spectre_v1 another"))).isEqualTo(found);
    assertThat(of(X86.substring(0, X86.indexOf("\n\n"))))
        .as("the first CPU alone")
        .isEqualTo(found);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GenuineIntel", "143", " 6\n", " 8\n", " avx512f", " amx_int8"})
  void whatDecidesCounts(String part) throws IOException {
    String without = X86.replaceFirst(part, part.endsWith("\n") ? " 0\n" : "");
    assertThat(of(without)).isPresent().isNotEqualTo(of(X86));
  }

  @Test
  void armAndRiscvTellTheirInstructionsUnderOtherNames() throws IOException {
    assertThat(of(ARM)).isPresent().isNotEqualTo(of(ARM.replace(" i8mm", "")));
    assertThat(of(ARM)).isNotEqualTo(of(ARM.replace("0xd4f", "0xd40")));
    assertThat(of(RISCV)).isPresent().isNotEqualTo(of(RISCV.replace("dcv", "dc")));
  }

  @Test
  void withoutInstructionsNothingIsKnown() throws IOException {
    assertThat(of(X86.replace("flags", "other"))).isEmpty();
    assertThat(of("")).isEmpty();
    assertThat(CpuFeatures.of(temporary.resolve("missing"))).isEmpty();
    assertThat(CpuFeatures.of(temporary)).isEmpty();
  }
}

package io.mlops4j.runtime.onnx.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What messages say of a machine's GPU, by the files that NVIDIA's driver shows on Linux. */
class NvidiaTest {
  /** As the driver writes it. */
  private static final String CLOSED =
      """
      NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024
      GCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)
      """;

  private static final String OPEN =
      "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build"
          + "  (dvs-builder@U22-I3-B16-02-1)  Thu Jan 23 22:50:36 UTC 2025\n";

  @TempDir Path root;

  private String found() {
    return new Nvidia(root).found();
  }

  private void file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void machinesOtherThanLinuxTellNothing() {
    assertThat(found()).isEmpty();
  }

  @Test
  void aMachineWithoutTheDriverSaysSo() throws IOException {
    file("proc/self/status", "");
    assertThat(found()).isEqualTo(", no NVIDIA driver (no /proc/driver/nvidia/version)");
  }

  @Test
  void driverAndGpusAreTold() throws IOException {
    file("proc/self/status", "");
    file("proc/driver/nvidia/version", CLOSED);
    file("dev/nvidiactl", "");
    file("dev/nvidia-uvm", "");
    assertThat(found())
        .isEqualTo(", the NVIDIA driver 550.54.15 with no GPU in this container (no /dev/nvidia0)");
    file("dev/nvidia0", "");
    file("dev/nvidia1", "");
    assertThat(found()).isEqualTo(", the NVIDIA driver 550.54.15 with 2 GPUs");
    file("proc/driver/nvidia/version", OPEN);
    assertThat(found()).contains("driver 570.86.15 ");
    file("proc/driver/nvidia/version", "?");
    assertThat(found()).contains("driver of an unknown version ");
  }

  @Test
  void windowsBelowLinuxIsNotCalledEmpty() throws IOException {
    file("proc/self/status", "");
    file("dev/dxg", "");
    assertThat(found()).contains("Windows side");
  }
}

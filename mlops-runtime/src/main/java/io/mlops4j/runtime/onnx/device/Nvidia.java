package io.mlops4j.runtime.onnx.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Describes the NVIDIA driver and GPUs of a Linux machine or container, for messages. */
final class Nvidia {
  private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\d+)+");
  private static final Pattern GPU = Pattern.compile("nvidia\\d+");

  private final Path root;

  /**
   * @param root of the file system
   */
  Nvidia(Path root) {
    this.root = root;
  }

  /** For example "the NVIDIA driver 550.54.15 and 1 GPU"; empty if unknown. */
  String found() {
    if (!Files.isDirectory(root.resolve("proc/self"))) {
      return ""; // not Linux
    }
    if (Files.exists(root.resolve("dev/dxg"))) {
      return ", the NVIDIA driver perhaps on the Windows side";
    }
    String driver = driver();
    long gpus = gpus();
    return driver.isEmpty()
        ? ", no NVIDIA driver (no /proc/driver/nvidia/version)"
        : ", the NVIDIA driver %s with %s"
            .formatted(
                driver, gpus == 0 ? "no GPU in this container (no /dev/nvidia0)" : gpus + " GPUs");
  }

  private String driver() {
    try {
      String text = Files.readString(root.resolve("proc/driver/nvidia/version"));
      Matcher version = VERSION.matcher(text);
      return version.find() ? version.group() : "of an unknown version";
    } catch (IOException e) {
      return "";
    }
  }

  private long gpus() {
    try (Stream<Path> devices = Files.list(root.resolve("dev"))) {
      return devices.filter(one -> GPU.matcher(one.getFileName().toString()).matches()).count();
    } catch (IOException e) {
      return 0;
    }
  }
}

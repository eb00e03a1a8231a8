package io.mlops4j.runtime.internal.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Describes this process in records and messages. */
public final class ThisProcess {
  /** For example {@code process 4711 on host}. No network look-up is made for the host's name. */
  public static final String NAME = "process " + ProcessHandle.current().pid() + host();

  private ThisProcess() {}

  private static String host() {
    try {
      return " on " + Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException | RuntimeException notLinux) {
      String name = System.getenv("COMPUTERNAME");
      name = name == null ? System.getenv("HOSTNAME") : name;
      return name == null ? "" : " on " + name;
    }
  }
}

package io.mlops4j.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;

/** Files that are written beside others and then replace them. Stateless and thread safe. */
public final class PartFiles {
  private PartFiles() {}

  /**
   * Creates an empty file with the permissions of the file that it will replace, if there is one
   * and the file system has them: what only its owner could read stays so.
   *
   * @param part the file to create
   * @param target the file that it will replace
   * @throws IOException if it cannot be created
   */
  public static void create(Path part, Path target) throws IOException {
    Files.createFile(part);
    PosixFileAttributeView earlier =
        Files.getFileAttributeView(target, PosixFileAttributeView.class);
    if (earlier != null && Files.exists(target)) {
      Files.setPosixFilePermissions(part, earlier.readAttributes().permissions());
    }
  }
}

package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Size and time of files, which show whether one was changed while it was read. */
record FileStamps(Map<Path, List<Object>> stamps) {
  static FileStamps of(List<Path> files) {
    Map<Path, List<Object>> stamps = new LinkedHashMap<>();
    for (Path file : files) {
      stamps.put(file, stamp(file));
    }
    return new FileStamps(stamps);
  }

  private static List<Object> stamp(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return List.of(now.size(), now.lastModifiedTime());
    } catch (IOException e) {
      throw new DataException("the file vanished: " + e, e);
    }
  }

  /** Returns the size of all files. */
  long bytes() {
    return stamps.keySet().stream().mapToLong(this::bytes).sum();
  }

  /** Returns the size of one of the files. */
  long bytes(Path file) {
    List<Object> stamp = stamps.get(file);
    return stamp == null ? 0 : (Long) stamp.get(0);
  }

  void check() {
    stamps.forEach(
        (file, before) -> {
          if (!stamp(file).equals(before)) {
            throw new DataException(
                file + " was changed while it was read, so its rows may be mixed; read it again",
                null);
          }
        });
  }
}

package io.mlops4j.runtime.feature.reading;

import io.mlops4j.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Size and time of files, which show whether one was changed while it was read.
 *
 * @param stamps size and time of each file
 */
public record FileStamps(Map<Path, List<Object>> stamps) {
  /**
   * Notes the files as they are.
   *
   * @param files the files; none if the rows come from elsewhere
   * @return their sizes and times
   * @throws DataException if a file vanished
   */
  public static FileStamps of(List<Path> files) {
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

  /**
   * Returns the size of all files.
   *
   * @return the sum of their bytes
   */
  public long bytes() {
    return stamps.keySet().stream().mapToLong(this::bytes).sum();
  }

  /**
   * Returns the size of one of the files.
   *
   * @param file one of the files
   * @return its bytes; 0 for another file
   */
  public long bytes(Path file) {
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

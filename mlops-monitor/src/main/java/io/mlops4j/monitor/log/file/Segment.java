package io.mlops4j.monitor.log.file;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names one pair of files: rows in an Arrow IPC stream, and their index.
 *
 * @param number the order in which the files were begun, from 1
 * @param generation how often the rows were rewritten without erased ones
 */
public record Segment(Path folder, long number, int generation) implements Comparable<Segment> {
  static final String NEW = ".new";
  private static final Pattern NAME =
      Pattern.compile("([0-9]{12,18})-([0-9]{3,9})\\.(arrow|index)");

  /** Reads a name of either file; null if the name is another one. */
  static @Nullable Segment of(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    Path folder = file.getParent();
    return folder != null && name.matches()
        ? new Segment(folder, Long.parseLong(name.group(1)), Integer.parseInt(name.group(2)))
        : null;
  }

  Segment next() {
    return new Segment(folder, number, generation + 1);
  }

  public Path data() {
    return folder.resolve(name() + ".arrow");
  }

  public Path index() {
    return folder.resolve(name() + ".index");
  }

  private String name() {
    return "%012d-%03d".formatted(number, generation);
  }

  @Override
  public int compareTo(Segment other) {
    int order = Long.compare(number, other.number);
    return order != 0 ? order : Integer.compare(generation, other.generation);
  }
}

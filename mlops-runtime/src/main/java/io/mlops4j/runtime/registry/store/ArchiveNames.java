package io.mlops4j.runtime.registry.store;

import java.io.IOException;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks the entry names of untrusted archives. An accepted name means the same file below the
 * target folder on every operating system.
 */
public final class ArchiveNames {
  private static final int LONGEST = 1024;
  private static final int LONGEST_PART = 255;

  private static final Pattern DEVICE =
      Pattern.compile("(con|prn|aux|nul|com\\d|lpt\\d)(\\..*)?", Pattern.CASE_INSENSITIVE);

  private ArchiveNames() {}

  /**
   * Checks all names of an archive.
   *
   * @param depth the largest number of folders that may contain an entry
   * @throws IOException if a name is refused; its message describes the problem
   */
  public static void check(List<String> names, int depth) throws IOException {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      String problem = problem(name, depth);
      if (!problem.isEmpty()) {
        throw new IOException("an entry named \"" + shown(name) + "\", " + problem);
      }
      if (!seen.add(Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT))) {
        throw new IOException(
            "two entries named \"" + shown(name) + "\", which some systems treat as the same");
      }
    }
    for (String name : names) {
      refuseFileAsFolder(name, seen);
    }
  }

  /** If {@code a} is a file, {@code a/b} cannot exist. */
  private static void refuseFileAsFolder(String name, Set<String> files) throws IOException {
    String plain = Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    for (int at = plain.indexOf('/'); at >= 0; at = plain.indexOf('/', at + 1)) {
      if (files.contains(plain.substring(0, at))) {
        throw new IOException("an entry \"" + shown(name) + "\" below another that is a file");
      }
    }
  }

  private static String problem(String name, int depth) {
    if (name.isEmpty() || name.length() > LONGEST) {
      return "which is empty or too long";
    }
    if (name.startsWith("/") || name.indexOf('\\') >= 0 || name.indexOf(':') >= 0) {
      return "which is absolute, or has a backslash or a colon";
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      return "which has a control character";
    }
    String[] parts = name.split("/", -1);
    if (parts.length - 1 > depth) {
      return "which lies in more than " + depth + " folders";
    }
    for (String part : parts) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return "which is a folder, or has a part that is empty, . or ..";
      }
      if (part.length() > LONGEST_PART || part.endsWith(".") || part.endsWith(" ")) {
        return "which has a part that is too long, or ends with a dot or space";
      }
      if (DEVICE.matcher(part).matches()) {
        return "which is a device name on some systems";
      }
    }
    return "";
  }

  public static String shown(String name) {
    String line = name.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 80 ? line : line.substring(0, 80) + "...";
  }
}

package io.mlops4j.bench.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Links of a Markdown page to files of the project, and to headings, that lead nowhere. */
final class BrokenLinks {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  private BrokenLinks() {}

  static List<String> of(Path page) throws IOException {
    List<String> broken = new ArrayList<>();
    Matcher link = LINK.matcher(Files.readString(page));
    while (link.find()) {
      String target = link.group(1);
      if (!target.contains("://") && !leadsSomewhere(page, target)) {
        broken.add(page.getFileName() + " -> " + target);
      }
    }
    return broken;
  }

  private static boolean leadsSomewhere(Path page, String target) throws IOException {
    int at = target.indexOf('#');
    String name = at < 0 ? target : target.substring(0, at);
    Path file = name.isEmpty() ? page : page.resolveSibling(name).normalize();
    return Files.exists(file) && (at < 0 || anchors(file).contains(target.substring(at + 1)));
  }

  /** The anchors that GitHub makes of headings. */
  private static List<String> anchors(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(text -> text.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }
}

package io.mlops4j.bench.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One fenced Java block of a Markdown page, and the line of the page on which its code begins. */
record JavaBlock(Path page, int line, String code) {

  private static final Pattern CLASS = Pattern.compile("(?m)^public class (\\w+)");
  private static final String OPEN = "```java";
  private static final String CLOSE = "```";

  static List<JavaBlock> of(Path page) throws IOException {
    return of(page, Files.readAllLines(page));
  }

  static List<JavaBlock> of(Path page, List<String> lines) {
    List<JavaBlock> blocks = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).equals(OPEN)) {
        int from = i + 1;
        while (!lines.get(++i).equals(CLOSE)) {}
        blocks.add(new JavaBlock(page, from + 1, String.join("\n", lines.subList(from, i)) + "\n"));
      }
    }
    return blocks;
  }

  /** Whether it is a whole file; other blocks are the body of a method. */
  boolean isProgram() {
    return code.startsWith("import ") && CLASS.matcher(code).find();
  }

  /** The name of its public class, or Block. */
  String className() {
    Matcher name = CLASS.matcher(code);
    return isProgram() && name.find() ? name.group(1) : "Block";
  }

  @Override
  public String toString() {
    return page.getFileName() + ":" + line;
  }
}

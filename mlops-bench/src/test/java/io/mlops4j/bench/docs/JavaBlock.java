package io.mlops4j.bench.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One fenced Java block of a Markdown page, and the line of the page on which its code begins. */
record JavaBlock(Path page, int line, String code) {

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

  @Override
  public String toString() {
    return page.getFileName() + ":" + line;
  }
}

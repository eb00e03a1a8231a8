package io.mlops4j.runtime.cli.shell;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.DataException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Prints the answer of a command: text, or one JSON document. Cards and records may hold text of
 * strangers, so characters that move a terminal's cursor or turn the writing direction are
 * replaced.
 */
public final class ConsoleOutput {
  private static final Pattern MOVES =
      Pattern.compile(
          "[\\p{Cntrl}\\u0080-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069&&[^\\n]]");
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          // Double.toString differs between JDK 17 and 19.
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          // The same on every terminal and in every pipe.
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build();
  private static final ObjectWriter WRITER =
      MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private final PrintWriter out;
  private final boolean json;

  ConsoleOutput(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** {@return whether the answer is JSON} */
  public boolean isJson() {
    return json;
  }

  /**
   * Prints the answer.
   *
   * @param document the answer as JSON
   * @param people prints it as text
   * @throws JsonProcessingException never
   */
  public void answer(ObjectNode document, Consumer<ConsoleOutput> people)
      throws JsonProcessingException {
    if (json) {
      out.print(WRITER.writeValueAsString(document) + "\n");
    } else {
      people.accept(this);
    }
    out.flush();
  }

  /**
   * Prints text that has line breaks of its own, such as Markdown.
   *
   * @param text the text
   */
  public void text(String text) {
    out.print(clean(text));
    if (!text.endsWith("\n")) {
      out.println();
    }
    out.flush();
  }

  /**
   * Prints one line.
   *
   * @param line the line
   */
  public void line(String line) {
    out.println(oneLine(line));
  }

  /**
   * Prints rows with aligned columns.
   *
   * @param rows the cells of each row
   */
  public void table(List<List<String>> rows) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], oneLine(row.get(i)).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String cell = oneLine(row.get(i));
        line.append(cell).append(" ".repeat(widths[i] - cell.length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static String oneLine(String text) {
    return clean(text.replace('\n', ' '));
  }

  /**
   * Replaces characters that control a terminal.
   *
   * @param text any text
   * @return text that is safe to print
   */
  public static String clean(String text) {
    return MOVES.matcher(text.replace("\r\n", "\n").replace('\t', ' ')).replaceAll("?");
  }

  /** {@return an empty JSON object} */
  public static ObjectNode object() {
    return new ObjectNode(JsonNodeFactory.instance);
  }

  /**
   * Reads one JSON object.
   *
   * @param what the file or the name of the document, for the message
   * @param text the document
   * @return the object
   * @throws DataException if the text is not a JSON object
   */
  public static ObjectNode parse(String what, String text) {
    try {
      if (MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : " in line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new DataException(
          what
              + ": not valid JSON"
              + where
              + " ("
              + e.getOriginalMessage()
              + "); expected a JSON object",
          e);
    }
    throw new DataException(what + ": found JSON that is not an object; expected an object", null);
  }

  /**
   * Formats a number of bytes.
   *
   * @param bytes 0 or more
   * @return the number with its unit, such as 1.5 MB
   */
  public static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    String[] units = {"kB", "MB", "GB", "TB"};
    double value = bytes / 1000.0;
    int unit = 0;
    while (value >= 999.95 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }

  /**
   * Formats a count.
   *
   * @param count the count
   * @param one the noun for one
   * @param many the noun for several
   * @return count and noun
   */
  public static String count(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }
}
